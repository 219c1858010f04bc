package io.highwater.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hellos by RFC 8446 sections 4.1.2 and 5.1. */
class HelloGuardTest {
    private final HelloGuard guard = new HelloGuard();
    private SSLEngine engine;

    @BeforeEach
    void open() throws GeneralSecurityException {
        engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(false);
    }

    private void take(byte[] records) throws SSLException {
        ByteBuffer in = ByteBuffer.wrap(records);
        guard.inspect(in, engine);
        assertThat(in.position()).isZero();
        guard.onTaken();
    }

    private static byte[] record(byte... payload) {
        return ByteBuffer.allocate(5 + payload.length)
                .put((byte) 22)
                .putShort((short) 0x0303)
                .putShort((short) payload.length)
                .put(payload)
                .array();
    }

    /** With these extensions, each with its type and length. */
    private static byte[] hello(byte[]... extensions) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] extension : extensions) {
            all.writeBytes(extension);
        }
        byte[] body =
                ByteBuffer.allocate(2 + 32 + 1 + 2 + 2 + 2 + 2 + all.size())
                        .putShort((short) 0x0303)
                        .put(new byte[32])
                        .put((byte) 0)
                        .putShort((short) 2)
                        .putShort((short) 0x1301)
                        .put(new byte[] {1, 0})
                        .putShort((short) all.size())
                        .put(all.toByteArray())
                        .array();
        return ByteBuffer.allocate(4 + body.length).putInt(1 << 24 | body.length).put(body).array();
    }

    private static byte[] extension(int type, byte[] content) {
        return ByteBuffer.allocate(4 + content.length)
                .putShort((short) type)
                .putShort((short) content.length)
                .put(content)
                .array();
    }

    /** So many times the same, after a length of two bytes. */
    private static byte[] list(int count, String hex) {
        byte[] item = HexFormat.of().parseHex(hex);
        ByteBuffer list = ByteBuffer.allocate(2 + count * item.length);
        list.putShort((short) (count * item.length));
        for (int i = 0; i < count; i++) {
            list.put(item);
        }
        return list.array();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void whatTheJdkSaysIsLetThrough(String version) throws Exception {
        SSLEngine client = SSLContext.getDefault().createSSLEngine("localhost", 443);
        client.setUseClientMode(true);
        SSLParameters parameters = client.getSSLParameters();
        parameters.setProtocols(new String[] {version});
        parameters.setServerNames(List.of(new SNIHostName("a.example.com")));
        parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
        client.setSSLParameters(parameters);
        ByteBuffer out = ByteBuffer.allocate(20_000);
        client.wrap(ByteBuffer.allocate(0), out);
        byte[] records = new byte[out.flip().remaining()];
        out.get(records);

        assertThatCode(() -> take(records)).doesNotThrowAnyException();
        assertThat(guard.helloBytes()).isEqualTo(records.length - 9);
    }

    @ParameterizedTest
    @CsvSource({
        // Signature schemes, those of certificates, groups.
        "13, 64, 0403",
        "50, 64, 0403",
        "10, 64, 001d",
        // Key shares of X25519.
        "51, 8, 001d0002abcd",
        // Protocols.
        "16, 32, 026832",
        // Keys of before, without their binders.
        "41, 8, 0002abcd00000000",
        // Authorities.
        "47, 63, 00023000",
    })
    void longListsAreRefused(int type, int most, String item) {
        assertThatCode(() -> take(record(hello(extension(type, list(most, item))))))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> take(record(hello(extension(type, list(most + 1, item))))))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("at most");
    }

    @Test
    void moreExtensionsThanThereAreAreRefused() {
        byte[][] extensions = new byte[65][];
        for (int i = 0; i < extensions.length; i++) {
            extensions[i] = extension(0x1000 + i, new byte[0]);
        }
        assertThatThrownBy(() -> take(record(hello(extensions))))
                .hasMessage("65 extensions, not 64 at most");
    }

    @Test
    void aLongHelloIsRefusedByItsFirstBytes() {
        assertThatThrownBy(() -> take(record((byte) 1, (byte) 0, (byte) 0x20, (byte) 1)))
                .hasMessage("a hello of 8193 bytes, not 8192 at most");
    }

    @Test
    void aHelloInPiecesIsPutTogether() throws Exception {
        byte[] hello = hello(extension(13, list(65, "0403")));
        take(record(java.util.Arrays.copyOfRange(hello, 0, 3)));
        take(record(java.util.Arrays.copyOfRange(hello, 3, 60)));
        assertThatThrownBy(
                        () -> take(record(java.util.Arrays.copyOfRange(hello, 60, hello.length))))
                .hasMessageContaining("signature schemes");
    }

    /** The engine has other work to do first, and is given the same again. */
    @Test
    void whatIsLookedAtTwiceCountsOnce() throws Exception {
        byte[] hello = hello(extension(13, list(65, "0403")));
        byte[] first = record(java.util.Arrays.copyOfRange(hello, 0, 60));
        guard.inspect(ByteBuffer.wrap(first), engine);
        take(first);
        assertThatThrownBy(
                        () -> take(record(java.util.Arrays.copyOfRange(hello, 60, hello.length))))
                .hasMessageContaining("signature schemes");
    }

    @Test
    void manyPiecesAreRefused() throws Exception {
        byte[] hello = hello();
        for (int i = 0; i < 16; i++) {
            take(record(hello[i]));
        }
        assertThatThrownBy(() -> take(record(hello[16])))
                .hasMessage("a hello in more than 16 records");
    }

    @Test
    void theHelloAfterARetryIsLookedAtToo() throws Exception {
        take(record(hello()));
        take(new byte[] {20, 3, 3, 0, 1, 1});
        assertThatThrownBy(() -> take(record(hello(extension(13, list(65, "0403"))))))
                .hasMessageContaining("signature schemes");
    }

    @Test
    void whatIsMalformedIsLeftToTheJdk() throws IOException {
        byte[] hello =
                hello(extension(13, list(2, "0403")), extension(51, list(1, "001d0002abcd")));
        List<byte[]> torn = new ArrayList<>();
        for (int length = 4; length < hello.length; length++) {
            byte[] part = java.util.Arrays.copyOf(hello, length);
            part[3] = (byte) (length - 4);
            torn.add(part);
        }
        for (byte[] part : torn) {
            assertThatCode(() -> take(record(part))).doesNotThrowAnyException();
        }
        take(new byte[] {22, 3, 3});
        take(new byte[] {22, 3, 3, 0, 0});
        take(new byte[] {21, 3, 3, 0, 2, 1, 90});
    }
}
