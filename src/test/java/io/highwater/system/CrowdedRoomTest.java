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
 * 500 members of one room in a heap of 256 MB, 50 of which stop reading, and 2,000 messages of 10
 * KB, one every 10 ms.
 */
@Timeout(180)
class CrowdedRoomTest {
    private static final int READERS = 450;
    private static final int STOPPED = 50;
    private static final int MESSAGES = 2_000;
    private static final int MESSAGE_BYTES = 10 << 10;
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /**
     * A machine that can't carry 450 MB a second gets the messages as fast as it can: the next one
     * waits until the slowest reader is this near. Half of a queue, so that no reader is evicted
     * for what the client in here was too slow to take.
     */
    private static final int MOST_AHEAD = 50;

    /**
     * All of them come from one address, which would have a quarter of the account of queues; and
     * the policy of the queue is to evict, not the governor, however long that takes.
     */
    private static final Map<String, String> ONE_ADDRESS =
            Map.of("highwater.limits.address-share", "1", "highwater.governor.slow-fraction", "1");

    @TempDir(cleanup = org.junit.jupiter.api.io.CleanupMode.NEVER)
    private Path folder;

    @Test
    void whoStopsReadingIsEvictedAndTheOthersMissNothing() throws Exception {
        try (NodeProcess node = NodeProcess.start(folder, "-Xmx256m", ONE_ADDRESS);
                RoomReaders room = new RoomReaders(node.port(), "/v1/chat/crowded", MESSAGES)) {
            for (int i = 0; i < READERS; i++) {
                room.addReader();
            }
            for (int i = 0; i < STOPPED; i++) {
                room.addStopped();
            }
            double mostQueued = 0;
            long due = System.nanoTime();
            for (int said = 0; said < MESSAGES; said++) {
                room.poll(0);
                while (System.nanoTime() - due < 0 || said - room.heardByAll() >= MOST_AHEAD) {
                    room.poll(1);
                }
                due += INTERVAL_NANOS;
                room.say(message(said));
                // The stopped ones fill up and are evicted among the first.
                if (said % 200 == 199 || (said < 200 && said % 20 == 0)) {
                    Metrics now = node.admin().metrics();
                    mostQueued = Math.max(mostQueued, now.value("highwater_queued_bytes"));
                }
            }
            while (room.heardByAll() < MESSAGES) {
                room.poll(1);
            }

            assertThat(node.isAlive()).isTrue();
            await().untilAsserted(
                            () -> {
                                Metrics now = node.admin().metrics();
                                assertThat(now.value("highwater_evictions_total{policy=\"evict\"}"))
                                        .isEqualTo(STOPPED);
                                assertThat(now.closes("1013")).isEqualTo(STOPPED);
                                assertThat(now.connections("http/1.1")).isEqualTo(READERS);
                                assertThat(now.value("highwater_queued_bytes")).isZero();
                            });
            assertThat(mostQueued).isPositive().isLessThan(32 << 20);
        }
    }

    private static byte[] message(int number) {
        String head = "{\"id\":\"" + number + "\",\"name\":\"Ada\",\"text\":\"";
        String text = "x".repeat(MESSAGE_BYTES);
        return Peer.masked(Peer.TEXT, (head + text + "\"}").getBytes(StandardCharsets.US_ASCII));
    }
}
