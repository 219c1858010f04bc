package io.highwater.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.testing.LiveObjects;
import io.highwater.testing.SocketOverHttp1;
import io.highwater.testing.TestServer;
import io.highwater.wire.engine.WireConnection;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a channel session with one subscription keeps of the heap while nothing happens. */
@Timeout(120)
final class IdleSessionMemoryTest {
    private static final Duration GUARD = Duration.ofSeconds(60);
    private static final int SESSIONS = 400;

    /** Its clients read nothing, so they answer no Ping, however long the test takes. */
    private static final Map<String, String> PATIENT =
            Map.of(
                    "highwater.keepalive.ping-interval", "10m",
                    "highwater.keepalive.pong-timeout", "10m",
                    "highwater.keepalive.idle-timeout", "1h");

    /** Of the node's own classes; an object more is a decision, to be made here. */
    private static final List<String> OBJECTS =
            List.of(
                    "io.highwater.channel.Seat",
                    "io.highwater.handshake.rule.ConnectionPlaces$Place",
                    "io.highwater.keepalive.Keepalive",
                    "io.highwater.outbound.SendQueue",
                    "io.highwater.session.CommandRate",
                    "io.highwater.session.Session",
                    "io.highwater.session.Subscription",
                    "io.highwater.session.Subscriptions",
                    // In the place of Jetty's own.
                    "io.highwater.server.SocketConnector$LeavingEndPoint",
                    "io.highwater.wire.engine.WireConnection",
                    "io.highwater.wire.engine.SessionEnd$Writer",
                    "io.highwater.wire.jetty.SocketTransport");

    private final List<SocketOverHttp1> sockets = new ArrayList<>();

    @Test
    void anIdleSessionKeepsTheseObjectsAndNoBuffer() throws Exception {
        try (TestServer server = TestServer.start(PATIENT);
                SocketOverHttp1 observer = subscribed(server).reading()) {
            // The channel, the selectors' own, the threads.
            open(server, 10);
            awaitSubscribers(observer, 11);
            // Those of tests before may be on their way out.
            await().atMost(GUARD)
                    .untilAsserted(
                            () ->
                                    assertThat(LiveObjects.count(WireConnection.class))
                                            .isEqualTo(11));
            Map<String, Long> before = LiveObjects.byClass();
            open(server, SESSIONS);
            awaitSubscribers(observer, 11 + SESSIONS);

            await().atMost(GUARD)
                    .untilAsserted(
                            () ->
                                    assertThat(LiveObjects.keptByEach(SESSIONS, before))
                                            .containsExactlyInAnyOrderElementsOf(OBJECTS));
        } finally {
            sockets.forEach(SocketOverHttp1::close);
        }
    }

    /**
     * With compact headers and references of 4 bytes; 8 bytes more are a decision, too. The last
     * were for the claim of channels, and the name that the client publishes under.
     */
    @Test
    void theseObjectsTakeThisMuchOfTheHeap() throws Exception {
        Map<String, Integer> bytes = new TreeMap<>();
        for (String name : OBJECTS) {
            bytes.put(name, bytes(Class.forName(name)));
        }
        assertThat(bytes.values().stream().mapToInt(Integer::intValue).sum())
                .as("bytes of %s", bytes)
                .isEqualTo(576);
    }

    private static int bytes(Class<?> type) {
        int bytes = 8;
        for (Class<?> own = type; own != null; own = own.getSuperclass()) {
            for (Field field : own.getDeclaredFields()) {
                bytes += Modifier.isStatic(field.getModifiers()) ? 0 : bytes(field);
            }
        }
        return (bytes + 7) / 8 * 8;
    }

    private static int bytes(Field field) {
        Class<?> type = field.getType();
        if (type == long.class || type == double.class) {
            return 8;
        }
        if (type == boolean.class || type == byte.class) {
            return 1;
        }
        return type == short.class || type == char.class ? 2 : 4;
    }

    private void open(TestServer server, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            // It reads nothing, so that nothing of a client's is counted.
            sockets.add(subscribed(server));
        }
    }

    private static SocketOverHttp1 subscribed(TestServer server) throws IOException {
        SocketOverHttp1 socket =
                SocketOverHttp1.open(server.http(), Sessions.PATH, Sessions.SUBPROTOCOL);
        socket.text("{\"type\":\"hello\",\"client\":\"idle\"}");
        socket.text("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"quiet\"}");
        return socket;
    }

    private static void awaitSubscribers(SocketOverHttp1 observer, int count) {
        await().atMost(GUARD)
                .until(
                        () -> {
                            observer.text("{\"type\":\"presence\",\"id\":3,\"channel\":\"quiet\"}");
                            String text;
                            do {
                                text = observer.next(GUARD).text();
                            } while (!text.contains("\"type\":\"presence\""));
                            return text.contains("\"count\":" + count + ",");
                        });
    }
}
