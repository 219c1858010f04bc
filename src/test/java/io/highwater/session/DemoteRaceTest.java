package io.highwater.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Draft;
import io.highwater.channel.ChannelRule;
import io.highwater.channel.ShardThreads;
import io.highwater.outbound.WaterMarks;
import io.highwater.session.SessionFixture.Client;
import io.highwater.testing.Seed;
import jakarta.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two channels under DEMOTE on two shards, a third under LATEST that fills the queue, and a client
 * that reads by fits and starts, all on threads of their own: again and again it is demoted in one
 * of them, in both, while it is sent a piece of the log, and returns to live.
 */
@Timeout(120)
final class DemoteRaceTest {
    private static final int ROUNDS = 60;
    private static final int MESSAGES = 300;
    private static final WaterMarks MARKS = new WaterMarks(16, 1 << 20, 8, 1 << 19);
    private static final long GUARD_SECONDS = 60;

    private final Random random = Seed.random();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() throws InterruptedException {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void eachMessageComesOnceAndInOrderWhoeverDemotesAndReadsOn() throws Exception {
        int demotions = 0;
        for (int round = 0; round < ROUNDS; round++) {
            ShardThreads shards = ShardThreads.start(2, Thread::new);
            try {
                demotions += new Round(shards).run();
            } finally {
                shards.close();
            }
        }
        // How often depends on the machine; so often that there was something to race.
        assertThat(demotions).isGreaterThan(ROUNDS / 10);
    }

    private final class Round {
        private final SessionFixture fixture;
        private final Client reader;
        private final AtomicBoolean publishing = new AtomicBoolean(true);

        Round(ShardThreads shards) {
            fixture = new SessionFixture(ChannelRule.NONE, MARKS, Map.of(), shards.executors());
            reader = fixture.client("r");
        }

        int run() throws Exception {
            // The first two belong to different shards.
            List<String> channels = List.of("feeds.a", "feeds.b", "prices.c");
            for (int i = 0; i < channels.size(); i++) {
                reader.sendAhead(
                        "{\"type\":\"subscribe\",\"id\":"
                                + (i + 2)
                                + ",\"channel\":\""
                                + channels.get(i)
                                + "\"}");
            }
            await("\"type\":\"subscribed\"", channels.size());
            List<Future<Void>> running = new ArrayList<>();
            for (String channel : channels) {
                running.add(threads.submit(publish(channel, new Random(random.nextLong()))));
            }
            Future<Void> reading = threads.submit(read(new Random(random.nextLong())));
            for (Future<Void> one : running) {
                one.get(GUARD_SECONDS, TimeUnit.SECONDS);
            }
            publishing.set(false);
            reading.get(GUARD_SECONDS, TimeUnit.SECONDS);
            await("\"type\":\"message\",\"channel\":\"feeds.", 2 * MESSAGES);
            check(channels);
            return fixture.demotions.get();
        }

        private Callable<Void> publish(String channel, Random own) {
            return () -> {
                for (int i = 1; i <= MESSAGES; i++) {
                    byte[] data = {'1'};
                    Draft draft = new Draft(channel, "p", "m" + i, null, false, data);
                    fixture.hub.publish(draft).toCompletableFuture().join();
                    spin(own.nextInt(8) == 0 ? 2_000 : 20);
                }
                return null;
            };
        }

        /** Full or not, from one moment to the next. */
        private Callable<Void> read(Random own) {
            return () -> {
                while (publishing.get()) {
                    boolean full = own.nextInt(3) > 0;
                    reader.wire.takes(() -> !full);
                    spin(own.nextInt(4_000));
                    if (reader.wire.empty()) {
                        reader.session.onWritable();
                    }
                }
                reader.wire.takes(() -> true);
                return null;
            };
        }

        private void spin(int times) {
            for (int i = 0; i < times; i++) {
                Thread.onSpinWait();
            }
        }

        /** Until so many have come. */
        private void await(String piece, int count) {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(GUARD_SECONDS);
            while (reader.wire.messages().stream().filter(text -> text.contains(piece)).count()
                            < count
                    || fixture.demoted.get() > 0) {
                if (reader.wire.empty()) {
                    reader.session.onWritable();
                }
                assertThat(System.nanoTime()).isLessThan(deadline);
                Thread.yield();
            }
        }

        private void check(List<String> channels) {
            assertThat(reader.wire.violations()).isEmpty();
            assertThat(reader.wire.failures()).isEmpty();
            assertThat(reader.wire.closes()).isEmpty();
            long[] next = {1, 1, 1};
            for (String text : reader.wire.messages()) {
                JsonObject message = Transcript.parse(text);
                if (message.getString("type").equals("message")) {
                    int channel = channels.indexOf(message.getString("channel"));
                    assertThat(message.getString("msgId")).isEqualTo("m" + next[channel]);
                    next[channel]++;
                } else if (message.getString("type").equals("skipped")) {
                    assertThat(message.getString("channel")).isEqualTo("prices.c");
                    next[2] += message.getInt("count");
                }
            }
            assertThat(fixture.skipped).hasValue(0);
        }
    }
}
