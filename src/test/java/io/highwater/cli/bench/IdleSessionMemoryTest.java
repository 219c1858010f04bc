package io.highwater.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.LiveObjects;
import io.highwater.testing.TestServer;
import io.highwater.time.Ticker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a channel session with one subscription keeps of the heap while nothing happens. */
@Timeout(120)
final class IdleSessionMemoryTest {
    private static final Ticker TICKER = Ticker.system();
    private static final int SESSIONS = 400;

    /** Of the node's own classes; an object more is a decision, to be made here. */
    private static final List<String> OBJECTS =
            List.of(
                    "io.highwater.channel.Subscription",
                    "io.highwater.handshake.ConnectionPlaces$Place",
                    "io.highwater.keepalive.Keepalive",
                    "io.highwater.outbound.SendQueue",
                    "io.highwater.session.CommandFlow",
                    "io.highwater.session.CommandRate",
                    "io.highwater.session.Session",
                    "io.highwater.session.Subscription",
                    "io.highwater.session.Subscriptions",
                    "io.highwater.wire.WireConnection",
                    "io.highwater.wire.WireConnection$Writer",
                    "io.highwater.wire.jetty.SocketTransport");

    @Test
    void anIdleSessionKeepsTheseObjectsAndNoBuffer() throws IOException {
        IdleCrowd.Subscribed crowd = new IdleCrowd.Subscribed(TICKER);
        try (TestServer server = TestServer.start();
                LoadClient first = crowd.client(server.http().getPort(), 1)) {
            // The channel, the selectors' own, the threads.
            crowd.settle(first, 10);
            try (LoadClient client = crowd.client(server.http().getPort(), SESSIONS)) {
                Map<String, Long> before = LiveObjects.byClass();
                crowd.settle(client, SESSIONS);
                Map<String, Long> after = LiveObjects.byClass();

                List<String> kept = new ArrayList<>();
                after.forEach(
                        (name, count) -> {
                            long each =
                                    Math.round(
                                            (double) (count - before.getOrDefault(name, 0L))
                                                    / SESSIONS);
                            if (isOurs(name) && each > 0) {
                                kept.add(each == 1 ? name : each + " " + name);
                            }
                        });
                assertThat(kept).containsExactlyInAnyOrderElementsOf(OBJECTS);
            }
        }
    }

    /** Of the node, not of the load client that shares this JVM; and what buffers are made of. */
    private static boolean isOurs(String name) {
        return (name.startsWith("io.highwater.") && !name.startsWith("io.highwater.cli."))
                || name.startsWith("java.nio.") && name.endsWith("Buffer")
                // Of a channel that was asked for its Socket.
                || name.equals("sun.nio.ch.SocketAdaptor");
    }
}
