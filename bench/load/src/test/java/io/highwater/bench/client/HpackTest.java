package io.highwater.bench.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bytes from RFC 7541 appendix C. */
class HpackTest {
    private static String hex(ByteBuffer out) {
        byte[] bytes = new byte[out.flip().remaining()];
        out.get(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static ByteBuffer bytes(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    }

    /** C.1. */
    @ParameterizedTest
    @CsvSource({"10, 5, 0a", "1337, 5, 1f9a0a", "42, 8, 2a", "31, 5, 1f00", "127, 7, 7f00"})
    void integersAreOfThePrefixOrGoOnInGroupsOfSevenBits(int value, int prefix, String expected) {
        ByteBuffer out = ByteBuffer.allocate(8);
        Hpack.integer(out, 0, prefix, value);
        assertThat(hex(out)).isEqualTo(expected);

        ByteBuffer in = bytes(expected);
        assertThat(Hpack.integer(in, in.get() & 0xFF, prefix)).isEqualTo(value);
        assertThat(in.hasRemaining()).isFalse();
    }

    /** C.2.2: {@code :path: /sample/path}. */
    @Test
    void aLiteralWithoutIndexingTakesItsNameFromTheStaticTable() {
        ByteBuffer out = ByteBuffer.allocate(32);
        Hpack.literal(out, 4, "/sample/path");

        assertThat(hex(out)).isEqualTo("040c2f73616d706c652f70617468");
    }

    @Test
    void anExtendedConnectHasItsPseudoHeadersFirst() {
        byte[] block =
                Hpack.connect(
                        Opening.of("/v1/ws").speaking("highwater.v1"), "https", "127.0.0.1:80");
        String text = new String(block, StandardCharsets.ISO_8859_1);

        assertThat(HexFormat.of().formatHex(block)).startsWith("0207434f4e4e454354");
        assertThat(text)
                .contains("\t:protocol\twebsocket", "\6\5https", "\4\6/v1/ws", "\1\f127.0.0.1:80")
                .contains("sec-websocket-version\00213", "sec-websocket-protocol\fhighwater.v1");
        assertThat(text.lastIndexOf(':', text.indexOf("sec-"))).isEqualTo(text.indexOf(":80"));
    }

    @ParameterizedTest
    @CsvSource({
        "88, 200",
        "8d, 404",
        // Behind updates of the table's size.
        "203fe11f88, 200",
        // Literals: C.5.1's 302, C.6.1's in Huffman, and others.
        "4803333032, 302",
        "48826402, 302",
        "0803343239, 429",
        // 011011 00000 011001 and padding.
        "18836c0cff, 503",
        "87, -1",
        "7608736563, -1"
    })
    void theStatusIsTheFirstField(String block, int status) {
        assertThat(Hpack.status(bytes(block))).isEqualTo(status);
    }
}
