package io.highwater.bench.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The load client's streams against a server that plays bytes of RFC 9113 and RFC 8441. */
@Timeout(30)
class Http2ClientTest {
    private static final Ticker TICKER = Ticker.system();
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int PREFACE_BYTES = 24;

    // SETTINGS with ENABLE_CONNECT_PROTOCOL, and without.
    private static final String CONNECT_ALLOWED = "000006040000000000000800000001";
    private static final String NOTHING_ALLOWED = "000000040000000000";

    private final List<String> heard = new ArrayList<>();
    private ServerSocket server;
    private CompletableFuture<Void> playing;

    /** One frame that the client sent. */
    private record Frame(int type, int flags, int stream, byte[] payload) {}

    private interface Play {
        void play(DataInputStream in, OutputStream out) throws IOException;
    }

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        playing.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private void play(String settings, Play play) {
        playing =
                CompletableFuture.runAsync(
                        () -> {
                            try (Socket socket = server.accept()) {
                                DataInputStream in = new DataInputStream(socket.getInputStream());
                                in.skipNBytes(PREFACE_BYTES);
                                socket.getOutputStream().write(bytes(settings));
                                play.play(in, socket.getOutputStream());
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static Frame next(DataInputStream in, int type) throws IOException {
        while (true) {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            Frame frame =
                    new Frame(
                            in.readUnsignedByte(),
                            in.readUnsignedByte(),
                            in.readInt(),
                            in.readNBytes(length));
            if (frame.type() == type) {
                return frame;
            }
        }
    }

    private LoadClient client() throws IOException {
        return client(Carrier.h2c(2));
    }

    private LoadClient client(Carrier carrier) throws IOException {
        return new LoadClient(
                server.getLocalPort(),
                TICKER,
                carrier,
                (socket, in, at, length, nowNanos) -> {
                    byte[] text = new byte[length];
                    in.get(at, text);
                    heard.add(socket.index() + new String(text, StandardCharsets.US_ASCII));
                });
    }

    @Test
    void streamsOpenSpeakAndAreHeardInPieces() throws Exception {
        CompletableFuture<Frame> said = new CompletableFuture<>();
        play(
                CONNECT_ALLOWED,
                (in, out) -> {
                    assertThat(next(in, Http2.HEADERS).stream()).isEqualTo(1);
                    assertThat(next(in, Http2.HEADERS).stream()).isEqualTo(3);
                    // 200 to both; "Hello" for the second in two DATA frames, "Hi" for the first.
                    out.write(bytes("000001010400000001" + "88" + "000001010400000003" + "88"));
                    out.write(bytes("000003000000000003" + "810548"));
                    out.write(bytes("000004000000000001" + "81024869"));
                    out.write(bytes("000004000000000003" + "656c6c6f"));
                    said.complete(next(in, Http2.DATA));
                    // RST_STREAM of the first: it is lost.
                    out.write(bytes("000004030000000001" + "00000008"));
                    in.readAllBytes();
                });
        try (LoadClient client = client()) {
            client.open(2, Opening.of("/v1/echo"), LIMIT);
            long deadlineNanos = TICKER.nanoTime() + LIMIT.toNanos();
            assertThat(client.pollUntil(() -> heard.size() == 2, deadlineNanos)).isTrue();
            client.send(client.socket(1), FrameCursor.TEXT, new byte[] {'x'}, 1);
            assertThat(client.pollUntil(() -> client.lostSockets() == 1, deadlineNanos)).isTrue();

            assertThat(heard).containsExactly("0Hi", "1Hello");
            assertThat(client.socket(1).state()).isEqualTo(ClientSocket.State.OPEN);
            Frame frame = said.get();
            assertThat(frame.stream()).isEqualTo(3);
            FrameCursor cursor = new FrameCursor(100);
            ByteBuffer payload = ByteBuffer.wrap(frame.payload());
            assertThat(cursor.next(payload)).isTrue();
            assertThat(frame.payload()[cursor.payloadAt()]).isEqualTo((byte) 'x');
        }
    }

    @Test
    void whatIsReadIsGivenBackAsCreditUnlessTheSocketStalls() throws Exception {
        byte[] frame = new byte[4 + 16_000];
        ByteBuffer.wrap(frame).put((byte) 0x82).put((byte) 126).putShort((short) 16_000);
        CompletableFuture<Frame> credit = new CompletableFuture<>();
        play(
                CONNECT_ALLOWED,
                (in, out) -> {
                    next(in, Http2.HEADERS);
                    next(in, Http2.HEADERS);
                    out.write(bytes("000001010400000001" + "88" + "000001010400000003" + "88"));
                    next(in, Http2.DATA);
                    for (int i = 0; i < 3; i++) {
                        for (int stream = 1; stream <= 3; stream += 2) {
                            ByteBuffer header = ByteBuffer.allocate(Http2.FRAME_HEADER_BYTES);
                            Http2.frame(header, Http2.DATA, 0, stream, frame.length);
                            out.write(header.array());
                            out.write(frame);
                        }
                    }
                    credit.complete(next(in, Http2.WINDOW_UPDATE));
                    in.readAllBytes();
                });
        try (LoadClient client = client()) {
            client.open(2, Opening.of("/v1/echo"), LIMIT);
            client.stall(client.socket(0));
            client.send(client.socket(1), FrameCursor.TEXT, new byte[] {'x'}, 1);
            assertThat(client.pollUntil(credit::isDone, TICKER.nanoTime() + LIMIT.toNanos()))
                    .isTrue();

            assertThat(credit.get().stream()).isEqualTo(3);
            assertThat(ByteBuffer.wrap(credit.get().payload()).getInt()).isEqualTo(3 * 16_004);
        }
    }

    /** More than a read's buffer and many TLS records at once, so that records are left over. */
    @Test
    void overTlsAllThatWasSentIsReadAndWritten(@TempDir Path folder) throws Exception {
        server.close();
        server = secureServer(folder);
        byte[] large = new byte[16_000];
        ByteBuffer.wrap(large).put((byte) 0x82).put((byte) 126).putShort((short) 15_996);
        ByteBuffer header = ByteBuffer.allocate(Http2.FRAME_HEADER_BYTES);
        Http2.frame(header, Http2.DATA, 0, 1, large.length);
        int messages = 60;
        CompletableFuture<Frame> said = new CompletableFuture<>();
        play(
                CONNECT_ALLOWED,
                (in, out) -> {
                    next(in, Http2.HEADERS);
                    next(in, Http2.HEADERS);
                    out.write(bytes("000001010400000001" + "88" + "000001010400000003" + "88"));
                    ByteArrayOutputStream all = new ByteArrayOutputStream();
                    for (int i = 0; i < messages; i++) {
                        all.write(header.array());
                        all.write(large);
                    }
                    out.write(all.toByteArray());
                    said.complete(next(in, Http2.DATA));
                    in.readAllBytes();
                });
        try (LoadClient client = client(Carrier.h2c(2).withTls())) {
            client.open(2, Opening.of("/v1/echo"), LIMIT);
            long deadlineNanos = TICKER.nanoTime() + LIMIT.toNanos();
            assertThat(client.pollUntil(() -> heard.size() == messages, deadlineNanos)).isTrue();
            client.send(client.socket(0), FrameCursor.TEXT, new byte[] {'x'}, 1);
            assertThat(client.pollUntil(said::isDone, deadlineNanos)).isTrue();
            assertThat(said.get().stream()).isEqualTo(1);
        }
    }

    private static ServerSocket secureServer(Path folder) throws Exception {
        Path file = folder.resolve("test.p12");
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/keytool").toString(),
                                "-genkeypair",
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=localhost",
                                "-storetype",
                                "PKCS12",
                                "-storepass",
                                "changeit",
                                "-keystore",
                                file.toString())
                        .inheritIO()
                        .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance(file.toFile(), "changeit".toCharArray());
        KeyManagerFactory managers =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        SSLServerSocket socket =
                (SSLServerSocket)
                        context.getServerSocketFactory()
                                .createServerSocket(0, 1, InetAddress.getLoopbackAddress());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        return socket;
    }

    @Test
    void aServerWithoutExtendedConnectIsNamed() throws IOException {
        play(NOTHING_ALLOWED, (in, out) -> in.readAllBytes());
        try (LoadClient client = client()) {
            assertThatThrownBy(() -> client.open(2, Opening.of("/v1/echo"), LIMIT))
                    .isInstanceOf(BenchException.class)
                    .hasMessageContaining("RFC 8441");
        }
    }

    @Test
    void aRefusalIsNamedByItsStatus() throws IOException {
        play(
                CONNECT_ALLOWED,
                (in, out) -> {
                    next(in, Http2.HEADERS);
                    out.write(bytes("000001010400000001" + "8d"));
                    in.readAllBytes();
                });
        try (LoadClient client = client()) {
            assertThatThrownBy(() -> client.open(2, Opening.of("/v1/echo"), LIMIT))
                    .isInstanceOf(BenchException.class)
                    .hasMessageContaining("404");
        }
    }
}
