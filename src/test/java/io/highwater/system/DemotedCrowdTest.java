package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * 1,000 subscribers of a channel with 100 messages per second of 10 KB, in a heap of 256 MB. They
 * read a fifth of that on average, some more and some less, so all of them are demoted and none is
 * ended; and ten more that read all of it miss nothing.
 */
@Timeout(600)
class DemotedCrowdTest {
    private static final int SLOW = 1_000;
    private static final int FAST = 10;
    private static final int MESSAGES = 1_500;
    private static final int MESSAGE_BYTES = 10 << 10;

    /** The machine may be too slow for this; then it gets the messages as fast as it can. */
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** So many slow readers read between two messages, each in its turn. */
    private static final int READING = 100;

    /** What they read then: of one reader always the same, between these two. */
    private static final int LEAST_BYTES = 4 << 10;

    private static final int MOST_BYTES = 36 << 10;

    private static final Map<String, String> SETTINGS =
            Map.of(
                    "highwater.channels.feed.prefix", "feed",
                    "highwater.channels.feed.policy", "DEMOTE",
                    "highwater.channels.feed.history-messages", "300",
                    "highwater.outbound.socket-buffer", "32KiB",
                    "highwater.limits.commands-per-second", "1000000",
                    "highwater.limits.commands-burst", "1000000");

    @TempDir(cleanup = org.junit.jupiter.api.io.CleanupMode.NEVER)
    private Path folder;

    @Test
    void aThousandSlowReadersCostLittleAndNoneIsEnded() throws Exception {
        try (NodeProcess node = NodeProcess.start(folder, "-Xmx256m", SETTINGS);
                FeedReaders slow = new FeedReaders("feed");
                FeedReaders fast = new FeedReaders("feed");
                Peer publisher = Peer.connect(node.port(), "/v1/ws", "highwater.v1")) {
            publisher.sendText("{\"type\":\"hello\",\"id\":1,\"client\":\"publisher\"}");
            publisher.readMessage();
            for (int i = 0; i < FAST; i++) {
                fast.add(node.port());
            }
            for (int i = 0; i < SLOW; i++) {
                slow.add(node.port());
            }
            long idleBytes = node.liveBytes();
            double mostDemoted = 0;
            double mostOutbound = 0;
            long begunNanos = System.nanoTime();
            double begunCpuSeconds = node.cpuNanos() / 1e9;
            int next = 0;
            for (int published = 1; published <= MESSAGES; published++) {
                publisher.sendText(message(published));
                assertThat(publisher.readMessage().text()).contains("\"published\"");
                long dueNanos = begunNanos + published * INTERVAL_NANOS;
                for (int i = 0; i < READING; i++, next++) {
                    int reader = next % SLOW;
                    int more = (MOST_BYTES - LEAST_BYTES) / SLOW * reader;
                    slow.read(reader, LEAST_BYTES + more);
                }
                do {
                    readAll(fast);
                } while (System.nanoTime() - dueNanos < 0 || fast.slowest() < published - 50);
                if (published % 100 == 0) {
                    Metrics now = node.admin().metrics();
                    mostDemoted = Math.max(mostDemoted, demoted(now));
                    mostOutbound = Math.max(mostOutbound, account(now, "outbound"));
                }
            }
            double seconds = (System.nanoTime() - begunNanos) / 1e9;
            double cpuSeconds = node.cpuNanos() / 1e9 - begunCpuSeconds;
            // They read no further now, so all of them stay where they are.
            Metrics stuck = node.admin().metrics();
            long ringBytes = (long) account(stuck, "rings");
            long perClient = (node.liveBytes() - idleBytes - ringBytes) / SLOW;
            System.out.printf(
                    "demoted crowd: %.0f messages/s, %.1f of them to each slow reader, %.0f us of"
                            + " processor time each; %d bytes of heap for each demoted client"
                            + " beside the ring; outbound at most %.1f MB%n",
                    MESSAGES / seconds,
                    slow.received() / seconds / SLOW,
                    cpuSeconds * 1e6 / (slow.received() + fast.received()),
                    perClient,
                    mostOutbound / 1e6);
            assertThat(mostDemoted).isBetween(SLOW * 0.95, (double) SLOW);
            assertThat(slow.skipped()).isPositive();
            assertThat(fast.skipped()).isZero();
            // A piece of 64 KB for each would be 64 MB.
            assertThat(perClient).isLessThan(8_000);

            readUpTo(MESSAGES, slow, fast);
            // A live one, which all of them get now, and with which nothing is left to remember.
            publisher.sendText(message(MESSAGES + 1));
            readUpTo(MESSAGES + 1, slow, fast);
            await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> assertAllLive(node));
            assertThat(node.isAlive()).isTrue();
        }
    }

    private static void assertAllLive(NodeProcess node) throws IOException, InterruptedException {
        Metrics now = node.admin().metrics();
        assertThat(now.connections("http/1.1")).isEqualTo(SLOW + FAST + 1);
        assertThat(demoted(now)).isZero();
        assertThat(now.value("highwater_queued_bytes")).isZero();
        assertThat(now.closes("1013")).isZero();
        assertThat(account(now, "outbound")).isZero();
    }

    private static double demoted(Metrics metrics) {
        return metrics.value("highwater_demoted_subscriptions");
    }

    private static double account(Metrics metrics, String account) {
        return metrics.value("highwater_account_bytes{account=\"" + account + "\"}");
    }

    private static void readUpTo(int last, FeedReaders slow, FeedReaders fast) throws IOException {
        while (slow.slowest() < last || fast.slowest() < last) {
            readAll(slow);
            readAll(fast);
        }
    }

    private static void readAll(FeedReaders readers) throws IOException {
        for (int i = 0; i < readers.size(); i++) {
            readers.read(i, 64 << 10);
        }
    }

    private static String message(int number) {
        return "{\"type\":\"publish\",\"id\":"
                + (number + 1)
                + ",\"channel\":\"feed\",\"msgId\":\"m"
                + number
                + "\",\"data\":\""
                + "x".repeat(MESSAGE_BYTES)
                + "\"}";
    }
}
