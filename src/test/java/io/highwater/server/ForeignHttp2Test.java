package io.highwater.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.FrameClient;
import io.highwater.testing.FrameClient.Protocol;
import io.highwater.testing.RawStreams;
import io.highwater.testing.RawStreams.Frame;
import io.highwater.testing.TestServer;
import java.net.URI;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What HTTP/2 clients say that others don't, and what they must not. */
@Timeout(60)
final class ForeignHttp2Test {
    private static final int PROTOCOL_ERROR = 1;

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** 8 is ENABLE_CONNECT_PROTOCOL, which means nothing to a server (RFC 8441 section 3). */
    @ParameterizedTest(name = "setting {0} = {1}")
    @CsvSource({
        "1, 0",
        "1, 1",
        "1, 65536",
        "2, 0",
        "2, 1",
        "3, 0",
        "3, 1",
        "4, 65535",
        "4, 2147483647",
        "5, 16384",
        "5, 16777215",
        "6, 1000",
        "6, 2147483647",
        "8, 0",
        "8, 1",
        "9, 1",
        "119, 7"
    })
    void aWebSocketOpensWhateverThePeerHasSet(int id, int value) throws Exception {
        try (RawStreams streams = RawStreams.connect(server.http())) {
            streams.setting(id, value);
            int stream = streams.open("/v1/echo");
            streams.sendText(stream, "hello");
            assertThat(streams.nextMessage(stream)).isEqualTo("hello");
        }
    }

    /** Nothing may be pushed, nothing remembered and nothing sent until a window is widened. */
    @ParameterizedTest
    @CsvSource({"http, true", "http, false", "https, true", "https, false"})
    void aWebSocketOpensThoughAllIsZero(String scheme, boolean bySettings) throws Exception {
        URI uri = scheme.equals("http") ? server.http() : server.https();
        try (RawStreams streams = RawStreams.connect(uri)) {
            streams.settings(1, 0, 2, 0, 3, 0, 4, 0, 8, 0);
            int stream = streams.open("/v1/echo");
            streams.sendText(stream, "hello");
            streams.settings(); // is answered: the connection is not held up
            assertThat(streams.waiting(stream)).isZero();
            if (bySettings) {
                streams.initialWindow(100);
            } else {
                streams.widen(stream, 100);
            }
            assertThat(streams.nextMessage(stream)).isEqualTo("hello");
            streams.sendText(stream, "and again");
            assertThat(streams.nextMessage(stream)).isEqualTo("and again");
        }
    }

    /** RFC 9113 section 8.2.2. */
    @ParameterizedTest
    @CsvSource({
        "upgrade, websocket",
        "connection, upgrade",
        "keep-alive, timeout=5",
        "proxy-connection, keep-alive",
        "transfer-encoding, chunked",
        "te, gzip"
    })
    void aFieldOfHttp1IsRefusedAndTheConnectionGoesOn(String name, String value) throws Exception {
        try (RawStreams streams = RawStreams.connect(server.http())) {
            int good = streams.open("/v1/echo");
            int bad = streams.request("/v1/echo", "13", name, value);
            assertRefused(streams.next(bad));
            streams.sendText(good, "still here");
            assertThat(streams.nextMessage(good)).isEqualTo("still here");
        }
    }

    @Test
    void aBodyThatIsPromisedAndDoesNotComeIsAStreamError() throws Exception {
        try (RawStreams streams = RawStreams.connect(server.http())) {
            int bad =
                    streams.request(RawStreams.END_STREAM, "/v1/echo", "13", "content-length", "5");
            assertRefused(streams.next(bad));
            streams.open("/v1/echo");
        }
    }

    @Test
    void trailersAreNoSuchField() throws Exception {
        try (RawStreams streams = RawStreams.connect(server.http())) {
            int stream = streams.request("/v1/echo", "13", "te", "trailers");
            assertThat(streams.next(stream).type()).isEqualTo(RawStreams.HEADERS);
        }
    }

    /** RFC 8441 has no key; a client that sends one wants its answer: RFC 6455 section 1.3. */
    @Test
    void aKeyIsAnswered() {
        String[] key = {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="};
        try (FrameClient client = FrameClient.open(Protocol.H2C, server, "/v1/echo", key)) {
            assertThat(client.status()).isEqualTo(200);
            assertThat(client.header("Sec-WebSocket-Accept"))
                    .isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        }
        try (FrameClient client = FrameClient.open(Protocol.H2C, server, "/v1/echo")) {
            assertThat(client.status()).isEqualTo(200);
            assertThat(client.header("Sec-WebSocket-Accept")).isNull();
        }
    }

    /** By a reset, or for what Jetty finds malformed by 400: section 8.1.1 has both. */
    private static void assertRefused(Frame frame) {
        if (frame.type() == RawStreams.RST_STREAM) {
            assertThat(ByteBuffer.wrap(frame.payload()).getInt()).isEqualTo(PROTOCOL_ERROR);
        } else {
            assertThat(frame.type()).isEqualTo(RawStreams.HEADERS);
            // RFC 7541: 0x20 sets the table's size to 0, 0x8C is ":status: 400".
            byte[] fields = frame.payload();
            assertThat(fields[fields[0] == 0x20 ? 1 : 0]).isEqualTo((byte) 0x8C);
        }
    }
}
