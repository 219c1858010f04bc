package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * 1,000 subscribers of a channel with 100 messages per second of 10 KB, in a heap of 256 MB. All of
 * them read a fifth of that on average, some more and some less: so all are demoted, and none is
 * ended.
 */
@Timeout(600)
class DemotedCrowdTest {
    private static final int READERS = 1_000;
    private static final int MESSAGES = 2_000;
    private static final int MESSAGE_BYTES = 10 << 10;
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** Readers that read between two messages, one after the other. */
    private static final int READERS_A_MESSAGE = 100;

    /** What a reader reads then: so a tenth of that for each message. */
    private static final int LEAST_BYTES = 4 << 10;

    private static final int MOST_BYTES = 36 << 10;

    private static final Map<String, String> SETTINGS =
            Map.of(
                    "highwater.channels.feed.prefix", "feed",
                    "highwater.channels.feed.policy", "DEMOTE",
                    "highwater.outbound.socket-buffer", "32KiB",
                    "highwater.limits.commands-per-second", "1000000",
                    "highwater.limits.commands-burst", "1000000");

    @TempDir(cleanup = org.junit.jupiter.api.io.CleanupMode.NEVER)
    private Path folder;

    @Test
    void aThousandSlowReadersCostLittleAndNoneIsEnded() throws Exception {
        try (NodeProcess node = NodeProcess.start(folder, "-Xmx256m", SETTINGS);
                FeedReaders readers = new FeedReaders("feed");
                Peer publisher = Peer.connect(node.port(), "/v1/ws", "highwater.v1")) {
            publisher.sendText("{\"type\":\"hello\",\"id\":1,\"client\":\"publisher\"}");
            publisher.readMessage();
            for (int i = 0; i < READERS; i++) {
                readers.add(node.port());
            }
            double mostOutbound = 0;
            double mostDemoted = 0;
            long begun = System.nanoTime();
            long due = begun;
            int next = 0;
            for (int published = 1; published <= MESSAGES; published++) {
                publisher.sendText(message(published));
                assertThat(publisher.readMessage().text()).contains("\"published\"");
                for (int i = 0; i < READERS_A_MESSAGE; i++) {
                    int reader = next++ % READERS;
                    int step = (MOST_BYTES - LEAST_BYTES) / READERS;
                    readers.read(reader, LEAST_BYTES + step * reader);
                }
                due += INTERVAL_NANOS;
                while (System.nanoTime() - due < 0) {
                    Thread.onSpinWait();
                }
                if (published % 100 == 0) {
                    Metrics now = node.admin().metrics();
                    mostOutbound =
                            Math.max(
                                    mostOutbound,
                                    now.value("highwater_account_bytes{account=\"outbound\"}"));
                    mostDemoted =
                            Math.max(mostDemoted, now.value("highwater_demoted_subscriptions"));
                    System.out.printf(
                            "%d published in %d s, demoted %.0f, outbound %.1f MB, received %d, skipped %d%n",
                            published,
                            (System.nanoTime() - begun) / 1_000_000_000,
                            now.value("highwater_demoted_subscriptions"),
                            now.value("highwater_account_bytes{account=\"outbound\"}") / 1e6,
                            readers.received(),
                            readers.skipped());
                }
            }
            double seconds = (System.nanoTime() - begun) / 1e9;
            System.out.printf("%.1f messages per second%n", MESSAGES / seconds);
            readAll(readers);
            assertThat(node.isAlive()).isTrue();
            assertThat(mostDemoted).isGreaterThan(READERS * 0.9);
            assertThat(readers.received() + readers.skipped()).isEqualTo((long) READERS * MESSAGES);
            assertThat(readers.skipped()).isPositive();
            await().untilAsserted(
                            () -> {
                                Metrics now = node.admin().metrics();
                                assertThat(now.connections("http/1.1")).isEqualTo(READERS + 1);
                                assertThat(now.closes("1013")).isZero();
                                assertThat(now.value("highwater_demoted_subscriptions")).isZero();
                                assertThat(now.value("highwater_queued_bytes")).isZero();
                            });
        }
    }

    /** Now all of them read as fast as they can, until each has had all. */
    private static void readAll(FeedReaders readers) throws Exception {
        boolean all = false;
        while (!all) {
            all = true;
            for (int i = 0; i < readers.size(); i++) {
                readers.read(i, 64 << 10);
                all &= readers.reached(i) == MESSAGES;
            }
        }
    }

    private static String message(int number) {
        String text = "x".repeat(MESSAGE_BYTES);
        return "{\"type\":\"publish\",\"id\":"
                + (number + 1)
                + ",\"channel\":\"feed\",\"msgId\":\"m"
                + number
                + "\",\"data\":\""
                + text
                + "\"}";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
