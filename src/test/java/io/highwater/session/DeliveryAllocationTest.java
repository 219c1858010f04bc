package io.highwater.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.highwater.testing.SocketOverHttp1;
import io.highwater.testing.TestServer;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a delivery over a real socket allocates, on a whole node: counted on the threads that fan
 * out, which do nothing else.
 */
@Timeout(120)
final class DeliveryAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final Duration GUARD = Duration.ofSeconds(60);
    private static final int MEMBERS = 300;
    private static final int MESSAGES = 50;

    /** What a message costs once, its frame and its turn, is spread over those who hear it. */
    private static final double MOST_BYTES = 16;

    private int published;

    @Test
    void aDeliveryOverHttp1AllocatesNextToNothing() throws Exception {
        List<SocketOverHttp1> members = new ArrayList<>();
        try (TestServer server = TestServer.start()) {
            for (int i = 0; i < MEMBERS; i++) {
                // What they are sent fits their kernel's buffers, and they read it at the end.
                members.add(member(server));
            }
            try (SocketOverHttp1 last = member(server).reading()) {
                await(last, "\"type\":\"subscribed\"");
                publish(last);
                long before = allocatedByShards();
                publish(last);
                double bytes = allocatedByShards() - before;

                assertThat(bytes).isPositive();
                assertThat(bytes / ((MEMBERS + 1) * MESSAGES))
                        .as("bytes a delivery")
                        .isLessThanOrEqualTo(MOST_BYTES);
            }
            for (SocketOverHttp1 member : members) {
                member.reading();
                for (int i = 0; i < published; i++) {
                    await(member, "\"msgId\":\"m" + i + "\"");
                }
            }
        } finally {
            members.forEach(SocketOverHttp1::close);
        }
    }

    private static SocketOverHttp1 member(TestServer server) throws Exception {
        SocketOverHttp1 socket =
                SocketOverHttp1.open(server.http(), Sessions.PATH, Sessions.SUBPROTOCOL);
        socket.text("{\"type\":\"hello\",\"client\":\"member\"}");
        socket.text("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"room\"}");
        return socket;
    }

    /**
     * One after the other, each heard by who joined last: a turn of several would spread their cost
     * thinner than it is.
     */
    private void publish(SocketOverHttp1 last) throws Exception {
        for (int i = 0; i < MESSAGES; i++) {
            String msgId = "m" + published++;
            last.text(
                    "{\"type\":\"publish\",\"id\":3,\"channel\":\"room\",\"msgId\":\""
                            + msgId
                            + "\",\"data\":\""
                            + "x".repeat(126)
                            + "\"}");
            await(last, "\"type\":\"message\",\"channel\":\"room\",\"msgId\":\"" + msgId + "\"");
        }
    }

    private static void await(SocketOverHttp1 socket, String part) throws Exception {
        String text;
        do {
            text = socket.next(GUARD).text();
            assertThat(text).as("not the end").isNotEmpty();
        } while (!text.contains(part));
    }

    private static long allocatedByShards() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("highwater-channels-"))
                .mapToLong(thread -> THREADS.getThreadAllocatedBytes(thread.getId()))
                .sum();
    }
}
