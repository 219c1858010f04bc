package io.highwater.endpoint.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.endpoint.HighWaterAsync;
import io.highwater.endpoint.demo.EchoEndpoint;
import io.highwater.testing.LiveObjects;
import io.highwater.testing.SocketOverHttp1;
import io.highwater.testing.TestServer;
import io.highwater.wire.engine.WireConnection;
import jakarta.enterprise.context.Dependent;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a session of an annotated endpoint keeps of the heap while nothing happens. */
@Timeout(120)
final class IdleEndpointMemoryTest {
    private static final Duration GUARD = Duration.ofSeconds(60);
    private static final int SESSIONS = 400;

    /** Its clients read nothing, so they answer no Ping, however long the test takes. */
    private static final Map<String, String> PATIENT =
            Map.of(
                    "highwater.keepalive.ping-interval", "10m",
                    "highwater.keepalive.pong-timeout", "10m",
                    "highwater.keepalive.idle-timeout", "1h");

    /** After a message each way; an object more is a decision, to be made here. */
    private static final List<String> OBJECTS =
            List.of(
                    "io.highwater.endpoint.session.EndpointInstance",
                    "io.highwater.endpoint.session.EndpointSession",
                    "io.highwater.endpoint.HighWaterAsync",
                    "io.highwater.endpoint.message.InboundMessages",
                    "io.highwater.endpoint.session.JakartaSession",
                    "io.highwater.endpoint.session.SessionConfig",
                    "io.highwater.endpoint.demo.EchoEndpoint",
                    "io.highwater.handshake.rule.ConnectionPlaces$Place",
                    "io.highwater.keepalive.Keepalive",
                    "io.highwater.outbound.SendQueue",
                    // In the place of Jetty's own.
                    "io.highwater.server.SocketConnector$LeavingEndPoint",
                    "io.highwater.wire.engine.WireConnection",
                    "io.highwater.wire.engine.SessionEnd$Writer",
                    "io.highwater.wire.jetty.SocketTransport");

    private final List<SocketOverHttp1> sockets = new ArrayList<>();

    /** Sends by what it returns. */
    @Dependent
    @ServerEndpoint("/idle/answering")
    public static class Answering {
        @OnMessage
        public String onText(String text) {
            return text;
        }
    }

    @Test
    void anIdleSessionKeepsTheseObjectsAndNoCodecs() throws Exception {
        assertKept("/v1/echo", OBJECTS);
    }

    @Test
    void nothingMoreIsKeptWhereAMethodReturnsItsAnswer() throws Exception {
        List<String> objects = new ArrayList<>(OBJECTS);
        objects.removeAll(List.of(EchoEndpoint.class.getName(), HighWaterAsync.class.getName()));
        objects.add(Answering.class.getName());
        assertKept("/idle/answering", objects);
    }

    private void assertKept(String path, List<String> objects) throws Exception {
        try (TestServer server = TestServer.start(PATIENT)) {
            open(server, path, 10);
            // Those of tests before may be on their way out.
            await().atMost(GUARD)
                    .untilAsserted(
                            () ->
                                    assertThat(LiveObjects.count(WireConnection.class))
                                            .isEqualTo(10));
            Map<String, Long> before = LiveObjects.byClass();
            open(server, path, SESSIONS);
            for (SocketOverHttp1 socket : sockets) {
                socket.text("again"); // Alone: the first may have come with the handshake.
            }

            await().atMost(GUARD)
                    .untilAsserted(
                            () ->
                                    assertThat(LiveObjects.keptByEach(SESSIONS, before))
                                            .containsExactlyInAnyOrderElementsOf(objects));
        } finally {
            sockets.forEach(SocketOverHttp1::close);
        }
    }

    private void open(TestServer server, String path, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            SocketOverHttp1 socket = SocketOverHttp1.openWith(server.http(), path);
            socket.text("once");
            sockets.add(socket);
        }
    }
}
