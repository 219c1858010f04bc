package io.highwater.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.highwater.testing.TestServer;
import io.highwater.time.Ticker;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a delivery over a real socket allocates, on a whole node: counted on the threads that fan
 * out, which do nothing else.
 */
@Timeout(120)
final class DeliveryAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final Ticker TICKER = Ticker.system();
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int MEMBERS = 500;
    private static final int MESSAGES = 100;

    /** What a message costs once, its frame and its turn, is spread over those who hear it. */
    private static final double MOST_BYTES = 8;

    private static final Map<String, String> NO_LIMIT =
            Map.of(
                    "highwater.limits.commands-per-second", "1000000",
                    "highwater.limits.commands-burst", "1000000",
                    "highwater.handshake.max-connections", "0",
                    "highwater.handshake.max-connections-per-ip", "0");

    @Test
    void aDeliveryOverHttp1AllocatesNextToNothing() throws IOException {
        FanoutLoad load =
                new FanoutLoad(
                        TICKER, new ChannelMessage(128), FanoutMessage.Form.COMMAND, MEMBERS);
        ChannelMembers channel = new ChannelMembers(load);
        try (TestServer server = TestServer.start(NO_LIMIT);
                LoadClient client = new LoadClient(server.http().getPort(), TICKER, channel)) {
            channel.join(client, MEMBERS, TICKER.nanoTime(), LIMIT);
            deliver(client, load, MESSAGES);

            long bytesBefore = allocatedByShards();
            long deliveredBefore = load.delivered();
            deliver(client, load, MESSAGES);
            double bytes = allocatedByShards() - bytesBefore;
            long deliveries = load.delivered() - deliveredBefore;

            assertThat(load.missing()).isZero();
            assertThat(load.wrong()).isZero();
            assertThat(client.lostSockets()).isZero();
            assertThat(deliveries).isGreaterThanOrEqualTo((long) MEMBERS * MESSAGES);
            assertThat(bytes).isPositive();
            assertThat(bytes / deliveries).as("bytes a delivery").isLessThanOrEqualTo(MOST_BYTES);
        }
    }

    /** One after the other: a turn of several would spread their cost thinner than it is. */
    private static void deliver(LoadClient client, FanoutLoad load, int messages)
            throws IOException {
        long until = load.delivered() + (long) messages * MEMBERS;
        long deadlineNanos = TICKER.nanoTime() + LIMIT.toNanos();
        while (load.delivered() < until && TICKER.nanoTime() - deadlineNanos < 0) {
            load.publish(client, TICKER.nanoTime());
            client.pollUntil(() -> load.missing() == 0, deadlineNanos);
        }
    }

    private static long allocatedByShards() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("highwater-channels-"))
                .mapToLong(thread -> THREADS.getThreadAllocatedBytes(thread.getId()))
                .sum();
    }
}
