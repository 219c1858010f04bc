package io.highwater.wire.jetty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.TestServer;
import io.highwater.wire.TransportKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every transport must do, on the whole node: HTTP/1.1 and HTTP/2, each with and without TLS.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TransportContractTest {
    private static final int TEXT = 0x81;
    private static final int BINARY = 0x82;

    private TestServer server;

    @BeforeAll
    void start() {
        // A Ping might come before the frame that is expected.
        server =
                TestServer.start(
                        Map.of(
                                "highwater.keepalive.ping-interval", "0",
                                "highwater.keepalive.idle-timeout", "1h"));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static byte[] text(String text) {
        return RawPeer.frame(TEXT, text.getBytes(UTF_8));
    }

    private static void assertEchoes(RawPeer peer, String text) throws IOException {
        peer.send(text(text));
        RawPeer.Frame echo = peer.next();
        assertThat(echo.firstByte()).isEqualTo(TEXT);
        assertThat(new String(echo.payload(), UTF_8)).isEqualTo(text);
    }

    @ParameterizedTest
    @EnumSource
    void messagesOfAllSizesComeBack(TransportKind kind) throws IOException {
        try (RawPeer peer = RawPeer.open(server, kind, "/v1/echo")) {
            for (int size : new int[] {0, 1, 125, 126, 127, 4096, 16_383, 40_000}) {
                byte[] payload = new byte[size];
                Arrays.fill(payload, (byte) size);
                peer.send(RawPeer.frame(BINARY, payload));
                RawPeer.Frame echo = peer.next();
                assertThat(echo.firstByte()).isEqualTo(BINARY);
                assertThat(echo.payload()).isEqualTo(payload);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void fragmentsAreJoinedAndAPingBetweenThemIsAnswered(TransportKind kind) throws IOException {
        try (RawPeer peer = RawPeer.open(server, kind, "/v1/echo")) {
            peer.send(RawPeer.frame(0x01, "Hel".getBytes(UTF_8)));
            peer.send(RawPeer.frame(0x89, "p".getBytes(UTF_8)));
            peer.send(RawPeer.frame(0x80, "lo".getBytes(UTF_8)));
            RawPeer.Frame pong = peer.next();
            assertThat(pong.firstByte()).isEqualTo(0x8A);
            assertThat(new String(pong.payload(), UTF_8)).isEqualTo("p");
            assertThat(new String(peer.next().payload(), UTF_8)).isEqualTo("Hello");
        }
    }

    @ParameterizedTest
    @EnumSource
    void bytesMayComeOneByOne(TransportKind kind) throws IOException {
        try (RawPeer peer = RawPeer.open(server, kind, "/v1/echo")) {
            for (byte octet : text("slow")) {
                peer.send(new byte[] {octet});
            }
            assertThat(new String(peer.next().payload(), UTF_8)).isEqualTo("slow");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP1", "HTTP1_TLS"})
    void framesSentWithTheHandshakeAreRead(TransportKind kind) throws IOException {
        try (RawPeer peer = RawPeer.open(server, kind, "/v1/echo", text("early"))) {
            assertThat(new String(peer.next().payload(), UTF_8)).isEqualTo("early");
            assertEchoes(peer, "later");
        }
    }

    static Stream<Arguments> faults() {
        return Arrays.stream(TransportKind.values())
                .flatMap(
                        kind ->
                                Stream.of(
                                        Arguments.of(kind, "unmasked", "810548656c6c6f", 1002),
                                        Arguments.of(kind, "RSV1", "c18000000000", 1002),
                                        Arguments.of(kind, "RSV2", "a18000000000", 1002),
                                        Arguments.of(kind, "RSV3", "918000000000", 1002),
                                        Arguments.of(kind, "opcode 3", "838000000000", 1002),
                                        Arguments.of(kind, "opcode 11", "8b8000000000", 1002),
                                        Arguments.of(
                                                kind,
                                                "long control frame",
                                                "89fe007e00000000",
                                                1002),
                                        Arguments.of(kind, "split ping", "098000000000", 1002),
                                        Arguments.of(
                                                kind, "stray continuation", "808000000000", 1002),
                                        Arguments.of(
                                                kind,
                                                "message in message",
                                                "018000000000818000000000",
                                                1002),
                                        Arguments.of(
                                                kind, "one byte of close", "8881000000000a", 1002),
                                        Arguments.of(
                                                kind, "close code 999", "88820000000003e7", 1002),
                                        Arguments.of(
                                                kind, "close code 1006", "88820000000003ee", 1002),
                                        Arguments.of(
                                                kind, "close code 5000", "8882000000001388", 1002),
                                        Arguments.of(
                                                kind,
                                                "bad UTF-8 in a reason",
                                                "88840000000003e8c328",
                                                1007),
                                        Arguments.of(kind, "bad UTF-8", "818200000000c328", 1007),
                                        Arguments.of(
                                                kind,
                                                "bad UTF-8 in an unfinished frame",
                                                "81fe100000000000ff",
                                                1007),
                                        Arguments.of(
                                                kind,
                                                "oversize by its header alone",
                                                "82ff000000000020000000000000",
                                                1009),
                                        Arguments.of(
                                                kind,
                                                "63-bit length",
                                                "82ff7fffffffffffffff00000000",
                                                1009),
                                        Arguments.of(
                                                kind,
                                                "64-bit length",
                                                "82ff800000000000000000000000",
                                                1002)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("faults")
    void aFaultEndsItsConnectionWithTheCodeOfTheRfcAndNoOther(
            TransportKind kind, String name, String bytes, int code) throws IOException {
        try (RawPeer sibling = RawPeer.open(server, kind, "/v1/echo");
                RawPeer guilty = sibling.sibling(server, kind, "/v1/echo")) {
            guilty.send(HexFormat.of().parseHex(bytes));
            assertThat(guilty.next().closeCode()).as(name).isEqualTo(code);
            assertThat(guilty.isEnded()).isTrue();
            assertEchoes(sibling, "untouched by " + name);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClientsCloseIsEchoedAndEndsIt(TransportKind kind) throws IOException {
        try (RawPeer peer = RawPeer.open(server, kind, "/v1/echo")) {
            peer.send(RawPeer.frame(0x88, ByteBuffer.allocate(5).putShort((short) 4321).array()));
            assertThat(peer.next().closeCode()).isEqualTo(4321);
            assertThat(peer.isEnded()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCloseWithoutACodeIsAnsweredWithoutOne(TransportKind kind) throws IOException {
        try (RawPeer peer = RawPeer.open(server, kind, "/v1/echo")) {
            peer.send(RawPeer.frame(0x88, new byte[0]));
            RawPeer.Frame close = peer.next();
            assertThat(close.firstByte()).isEqualTo(0x88);
            assertThat(close.payload()).isEmpty();
            assertThat(peer.isEnded()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theServersCloseComesAfterWhatItSentBefore(TransportKind kind) throws IOException {
        try (RawPeer peer = RawPeer.open(server, kind, "/test/close")) {
            peer.send(text("4000 enough"));
            RawPeer.Frame close = peer.next();
            assertThat(close.closeCode()).isEqualTo(4000);
            peer.send(RawPeer.frame(0x88, new byte[] {0x0F, (byte) 0xA0}));
            assertThat(peer.isEnded()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP1", "H2C", "H2"})
    void aClientThatEndsWithoutACloseIsLetGo(TransportKind kind) throws IOException {
        try (RawPeer sibling = RawPeer.open(server, kind, "/v1/echo");
                RawPeer peer = sibling.sibling(server, kind, "/v1/echo")) {
            assertEchoes(peer, "hello");
            peer.endOutput();
            assertThat(peer.isEnded()).isTrue();
            assertEchoes(sibling, "still here");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"H2C", "H2"})
    void refusalsOverHttp2AreAnswers(TransportKind kind) throws IOException {
        try (io.highwater.testing.RawStreams connection =
                io.highwater.testing.RawStreams.connect(
                        kind == TransportKind.H2C ? server.http() : server.https())) {
            assertThat(status(connection, connection.request("/nowhere", "13"))).isEqualTo("404");
            assertThat(status(connection, connection.request("/v1/echo", "8"))).isEqualTo("426");
            int stream = connection.open("/v1/echo");
            connection.sendText(stream, "let in");
            assertThat(connection.nextMessage(stream)).isEqualTo("let in");
        }
    }

    /** The status field of a header block whose table has size 0 (RFC 7541 appendix A and 6.2). */
    private static String status(io.highwater.testing.RawStreams connection, int stream)
            throws IOException {
        byte[] block = connection.next(stream).payload();
        int at = block[0] == 0x20 ? 1 : 0;
        return switch (block[at] & 0xFF) {
            case 0x88 -> "200";
            case 0x8C -> "400";
            case 0x8D -> "404";
            default -> literal(block, at);
        };
    }

    private static String literal(byte[] block, int at) {
        // ":status" (48), three octets in Huffman's code (83): "426" (RFC 7541 appendix B).
        String field = HexFormat.of().formatHex(block, at, Math.min(at + 5, block.length));
        return field.equals("4883684e7f") ? "426" : field;
    }
}
