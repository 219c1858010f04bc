package io.highwater.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.RawStreams;
import io.highwater.testing.TestServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One publication to many subscribers on streams of one HTTP/2 connection. Times are guards. */
@Timeout(60)
final class FanoutOverHttp2Test {
    private static final int SUBSCRIBERS = 100;

    private static final Map<String, String> NO_PINGS =
            Map.of("highwater.keepalive.ping-interval", "0s");

    @Test
    void itArrivesInOnePiece() throws IOException {
        try (TestServer server = TestServer.start(NO_PINGS);
                RawStreams client = RawStreams.connect(server.http());
                RawStreams publisher = RawStreams.connect(server.http())) {
            List<Integer> streams = subscribe(client);
            publish(publisher, "m1");
            assertThat(client.read()).isTrue();
            // The first frame is read. A frame has more than this, headers included.
            assertThat(client.available()).isGreaterThan((SUBSCRIBERS - 1) * 100);
            assertAllReceive(client, streams, "m1");
        }
    }

    @Test
    void itArrivesOverTls() throws IOException {
        try (TestServer server = TestServer.start(NO_PINGS);
                RawStreams client = RawStreams.connect(server.https());
                RawStreams publisher = RawStreams.connect(server.https())) {
            List<Integer> streams = subscribe(client);
            for (int i = 0; i < 10; i++) {
                publish(publisher, "m" + i);
                assertAllReceive(client, streams, "m" + i);
            }
        }
    }

    private static int hello(RawStreams connection) throws IOException {
        int stream = connection.open(Sessions.PATH, Sessions.SUBPROTOCOL);
        connection.sendText(stream, "{\"type\":\"hello\",\"id\":1,\"client\":\"c\"}");
        assertThat(next(connection, stream)).contains("welcome");
        return stream;
    }

    private static List<Integer> subscribe(RawStreams client) throws IOException {
        client.widen(0, 1 << 20);
        List<Integer> streams = new ArrayList<>();
        for (int i = 0; i < SUBSCRIBERS; i++) {
            int stream = hello(client);
            client.sendText(stream, "{\"type\":\"subscribe\",\"id\":2,\"channel\":\"c\"}");
            assertThat(next(client, stream)).contains("subscribed");
            streams.add(stream);
        }
        return streams;
    }

    private static void publish(RawStreams publisher, String msgId) throws IOException {
        publisher.sendText(
                hello(publisher),
                "{\"type\":\"publish\",\"id\":3,\"channel\":\"c\",\"msgId\":\""
                        + msgId
                        + "\",\"data\":7}");
    }

    private static void assertAllReceive(RawStreams client, List<Integer> streams, String msgId)
            throws IOException {
        for (int stream : streams) {
            assertThat(next(client, stream)).contains("\"" + msgId + "\"");
        }
    }

    private static String next(RawStreams connection, int stream) throws IOException {
        return new String(connection.next(stream, RawStreams.DATA).payload(), UTF_8);
    }
}
