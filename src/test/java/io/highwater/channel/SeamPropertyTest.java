package io.highwater.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.Draft;
import io.highwater.backbone.Entry;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.local.LocalBackbone;
import io.highwater.backbone.memory.MemorySettings;
import io.highwater.channel.SubscribeOutcome.NotRecovered;
import io.highwater.channel.SubscribeOutcome.Recovered;
import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.protocol.ResumeFailure;
import io.highwater.protocol.Since;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.ManualExecutor;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/**
 * Whoever joins at any moment, with any cursor, sees each message after it once, in order, then
 * live; or is told why not and sees no part. On a log that is prompt, and on one that is late.
 */
final class SeamPropertyTest {
    private static final long GENERATION = 1_000;
    private static final int SUBSCRIBERS = 3;

    private enum What {
        PUBLISH,
        SUBSCRIBE_LIVE,
        SUBSCRIBE_AFTER,
        SUBSCRIBE_LATEST,
        UNSUBSCRIBE,
        RUN,
        HEAR,
        LOOK,
        ANSWER,

        /** Of a read; of an entry where the log loses some. */
        FAIL
    }

    private record Step(What what, int number) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<What> what =
                Arbitraries.frequency(
                        Tuple.of(6, What.PUBLISH),
                        Tuple.of(2, What.SUBSCRIBE_LIVE),
                        Tuple.of(4, What.SUBSCRIBE_AFTER),
                        Tuple.of(1, What.SUBSCRIBE_LATEST),
                        Tuple.of(2, What.UNSUBSCRIBE),
                        Tuple.of(5, What.RUN),
                        Tuple.of(5, What.HEAR),
                        Tuple.of(1, What.LOOK),
                        Tuple.of(4, What.ANSWER),
                        Tuple.of(1, What.FAIL));
        return Combinators.combine(what, Arbitraries.integers().between(0, 999))
                .as(Step::new)
                .list()
                .ofMaxSize(80);
    }

    @Property(tries = 1_500)
    void onAPromptLog(@ForAll("steps") List<Step> steps) {
        new Play(true, 5, false).play(steps);
    }

    @Property(tries = 3_000)
    void onALateLog(@ForAll("steps") List<Step> steps) {
        new Play(false, 5, false).play(steps);
    }

    /** Which the history has: nobody notices. */
    @Property(tries = 1_500)
    void onALateLogThatLosesEntries(@ForAll("steps") List<Step> steps) {
        new Play(false, 1_000, true).play(steps);
    }

    /** Confined to its test. */
    private static final class Play {
        private final FakeTicker ticker = new FakeTicker();
        private final int ring;
        private final boolean loses;
        private final DelayingBackbone backbone;
        private final ManualExecutor executor = new ManualExecutor();
        private final ChannelHub<String> hub;
        private final List<CheckedSubscriber> subscribers = new ArrayList<>();

        /** By channel, the keys of all publications in order. */
        private final Map<String, List<@Nullable String>> published = new HashMap<>();

        private final Map<Integer, Asked> asked = new LinkedHashMap<>();
        private int requests;

        private record Asked(Since since, int limit, String channel) {}

        Play(boolean prompt, int ring, boolean loses) {
            this.ring = ring;
            this.loses = loses;
            backbone =
                    new DelayingBackbone(
                            new LocalBackbone(
                                    new MemorySettings(
                                            1,
                                            Ledger.unbounded(),
                                            name -> new RingBounds(ring, Duration.ofHours(1)),
                                            LogLimit.none()),
                                    GENERATION,
                                    ticker,
                                    new TimerWheel(ticker.nanoTime())));
            hub =
                    new ChannelHub<>(
                            backbone,
                            new CheckedSubscriber.Frames(),
                            List.of(executor),
                            1 << 20,
                            ChannelObserver.NONE);
            backbone.prompt = prompt;
            for (int i = 0; i < SUBSCRIBERS; i++) {
                subscribers.add(new CheckedSubscriber("s" + i));
            }
        }

        void play(List<Step> steps) {
            for (Step step : steps) {
                play(step.what, step.number);
                checkNoFault();
            }
            finish();
        }

        private void play(What what, int number) {
            String channel = "c" + number % 2;
            CheckedSubscriber subscriber = subscribers.get(number / 2 % SUBSCRIBERS);
            switch (what) {
                case PUBLISH -> publish(channel, number % 5 == 0 ? null : "k" + number % 3);
                case SUBSCRIBE_LIVE -> subscribe(channel, subscriber, new Since.Live(), 9);
                case SUBSCRIBE_LATEST -> subscribe(channel, subscriber, new Since.Latest(), 9);
                case SUBSCRIBE_AFTER -> subscribeAfter(channel, subscriber, number / 6);
                case UNSUBSCRIBE -> unsubscribe(channel, subscriber);
                case RUN -> executor.runAll();
                case HEAR -> backbone.deliver(1 + number % 3);
                case LOOK -> backbone.look(number);
                case ANSWER -> backbone.answer(number);
                case FAIL -> fail(number);
            }
        }

        private void fail(int number) {
            if (loses) {
                backbone.lose();
            } else {
                backbone.fail(number);
            }
        }

        private void publish(String channel, @Nullable String key) {
            List<@Nullable String> keys =
                    published.computeIfAbsent(channel, c -> new ArrayList<>());
            keys.add(key);
            String msgId = channel + "m" + keys.size();
            byte[] data = "1".getBytes(UTF_8);
            assertThat(hub.publish(new Draft(channel, "p", msgId, key, false, data))).isCompleted();
        }

        private void subscribeAfter(String channel, CheckedSubscriber subscriber, int number) {
            int top = published.getOrDefault(channel, List.of()).size();
            // Mostly near the top, now and then beyond it or of another generation.
            long sequence = Math.max(0, top + 1 - number % 9);
            long generation = number % 10 == 9 ? GENERATION - 1 : GENERATION;
            Position after = new Position("local", generation, 3, sequence);
            subscribe(channel, subscriber, new Since.After(after), number % 7);
        }

        private void subscribe(
                String channel, CheckedSubscriber subscriber, Since since, int limit) {
            int requestId = ++requests;
            subscriber.asks(channel, requestId, since);
            asked.put(requestId, new Asked(since, limit, channel));
            hub.subscribe(channel, subscriber, since, limit, requestId);
        }

        private void unsubscribe(String channel, CheckedSubscriber subscriber) {
            CompletableFuture<Boolean> done =
                    hub.unsubscribe(channel, subscriber).toCompletableFuture();
            var unused =
                    done.thenAccept(
                            was -> {
                                if (subscriber.seen(channel) >= 0 && !was) {
                                    subscriber.faults.add("was subscribed and is told it was not");
                                }
                                subscriber.left(channel);
                            });
        }

        private void finish() {
            boolean rest = true;
            while (rest) {
                executor.runAll();
                backbone.deliver(Integer.MAX_VALUE);
                backbone.answer(0);
                executor.runAll();
                rest = backbone.openReads() > 0;
            }
            checkNoFault();
            int answered = 0;
            for (CheckedSubscriber subscriber : subscribers) {
                for (String channel : List.of("c0", "c1")) {
                    int top = published.getOrDefault(channel, List.of()).size();
                    assertThat(subscriber.seen(channel)).isIn(-1L, (long) top);
                }
                for (SubscribeOutcome outcome : subscriber.outcomes) {
                    answered++;
                    check(Objects.requireNonNull(asked.get(outcome.requestId())), outcome);
                }
                checkSnapshots(subscriber);
            }
            assertThat(answered).isEqualTo(asked.size());
            leaveAll();
        }

        /** Recovered exactly where it could be: nothing but the ring and the limit says no. */
        private void check(Asked question, SubscribeOutcome outcome) {
            if (question.since instanceof Since.After after) {
                Position cursor = (Position) after.cursor();
                if (outcome instanceof Recovered recovered) {
                    assertThat(expected(question, cursor, top(recovered.cursor()))).isNull();
                } else if (outcome instanceof NotRecovered not) {
                    assertThat(not.reason())
                            .isEqualTo(expected(question, cursor, top(not.cursor())));
                }
            } else {
                assertThat(outcome).isNotInstanceOf(NotRecovered.class);
            }
        }

        private @Nullable ResumeFailure expected(Asked question, Position after, long top) {
            long missed = top - after.channelSequence();
            if (after.generation() != GENERATION) {
                return ResumeFailure.UNKNOWN_GENERATION;
            } else if (missed < 0) {
                return ResumeFailure.UNKNOWN_POSITION;
            } else if (missed > ring) {
                return ResumeFailure.TRIMMED;
            } else {
                return missed > question.limit ? ResumeFailure.LIMIT : null;
            }
        }

        private static long top(Cursor cursor) {
            return ((Position) cursor).channelSequence();
        }

        /** The newest of each key among what was kept when the last of it was the cursor. */
        private void checkSnapshots(CheckedSubscriber subscriber) {
            for (String channel : List.of("c0", "c1")) {
                if (subscriber.seen(channel) < 0) {
                    continue;
                }
                SubscribeOutcome last = lastOutcome(subscriber, channel);
                if (!(last instanceof Recovered recovered)
                        || !(asked.get(last.requestId()).since instanceof Since.Latest)) {
                    continue;
                }
                long top = top(recovered.cursor());
                Map<String, Long> newest = new HashMap<>();
                for (long at = Math.max(1, top - ring + 1); at <= top; at++) {
                    newest.put(String.valueOf(published.get(channel).get((int) at - 1)), at);
                }
                Map<Long, String> inOrder = new TreeMap<>();
                newest.forEach((key, at) -> inOrder.put(at, key));
                assertThat(subscriber.snapshot(channel).stream().map(Entry::position))
                        .extracting(Position::channelSequence)
                        .containsExactlyElementsOf(inOrder.keySet());
            }
        }

        private static SubscribeOutcome lastOutcome(CheckedSubscriber of, String channel) {
            return of.outcomes.stream()
                    .filter(outcome -> outcome.channel().equals(channel))
                    .filter(outcome -> !(outcome instanceof SubscribeOutcome.Failed))
                    .reduce((first, second) -> second)
                    .orElseThrow();
        }

        private void leaveAll() {
            for (CheckedSubscriber subscriber : subscribers) {
                unsubscribe("c0", subscriber);
                unsubscribe("c1", subscriber);
            }
            executor.runAll();
            checkNoFault();
            assertThat(backbone.follows).isZero();
        }

        private void checkNoFault() {
            subscribers.forEach(subscriber -> assertThat(subscriber.faults).isEmpty());
        }
    }
}
