package io.highwater.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.limits.Account;
import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.ManualExecutor;
import io.highwater.testing.RecordingWire;
import io.highwater.testing.Stray;
import io.highwater.time.TimerWheel;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.OutboundFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the queues and their governor call throws once: each completion is called all the same. */
final class StrayThrowTest {
    private static final WaterMarks MARKS = new WaterMarks(100, 1_000_000, 2, 500_000);

    private final FakeTicker ticker = new FakeTicker();
    private final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
    private final Stray handOver = new Stray();
    private final Stray observer = new Stray();
    private final Stray counter = new Stray();
    private final ManualExecutor tasks = new ManualExecutor();
    private final List<String> told = new ArrayList<>();
    private final OutboundNode node =
            new OutboundNode(
                    wheel,
                    ticker,
                    new NonEmptyQueues(),
                    Ledger.unbounded().book(Account.OUTBOUND),
                    handOver.refusing(tasks),
                    new OutboundObserver() {
                        @Override
                        public void onLatencyNanos(long nanos) {
                            observer.call();
                        }

                        @Override
                        public void onListenerFailed() {
                            counter.call();
                        }

                        @Override
                        public void onDropped(OverflowPolicy policy, int messages) {
                            counter.call();
                        }

                        @Override
                        public void onEvicted(OverflowPolicy policy) {
                            counter.call();
                        }
                    },
                    Duration.ofSeconds(10),
                    LogLimit.none());
    private final SendQueues route =
            new SendQueues(
                    new OutboundSettings(MARKS, OverflowPolicy.EVICT, Duration.ofSeconds(30)),
                    node,
                    LatencySample.ALL);
    private final RecordingWire wire = new RecordingWire();
    private final SendQueue queue = route.open(wire, new SendQueueListener() {});

    private SendCompletion completion(String name) {
        return new SendCompletion() {
            @Override
            public void onWritten() {
                told.add(name + " written");
            }

            @Override
            public void onFailed(Throwable cause) {
                told.add(name + " failed");
            }
        };
    }

    private void offer(String text) {
        queue.offer(OutboundFrame.text(text), completion(text));
    }

    /** What a timer throws is the timers' thread's to survive. */
    private void pass(Duration time) {
        for (long left = time.toMillis(); left > 0; left -= 50) {
            ticker.advance(Duration.ofMillis(50));
            try {
                wheel.advance(ticker.nanoTime());
            } catch (RuntimeException | Error e) {
                assertThat(e).hasMessage("thrown by a test");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void theGovernorLooksAgainThoughItsHandOverThrew(Stray.Kind kind) {
        List<Runnable> looks = new ArrayList<>();
        Stray governing = new Stray();
        SlowClientGovernor governor =
                new SlowClientGovernor(
                        new GovernorSettings(0, 1),
                        node,
                        () -> {
                            observer.call();
                            return 1;
                        },
                        1 << 20,
                        governing.refusing(
                                look -> {
                                    looks.add(look);
                                    try {
                                        look.run();
                                    } catch (RuntimeException | Error e) {
                                        assertThat(e).hasMessage("thrown by a test");
                                    }
                                }));
        governor.start();
        wire.fill();
        offer("a");
        governing.arm(kind);
        pass(Duration.ofMillis(1_100));
        assertThat(governing.isSpent()).isTrue();
        assertThat(looks).isEmpty();
        pass(Duration.ofMillis(1_100));
        assertThat(looks).hasSize(1);
        observer.arm(kind);
        pass(Duration.ofMillis(1_100));
        assertThat(observer.isSpent()).isTrue();
        pass(Duration.ofMillis(2_200));
        assertThat(looks.size()).isGreaterThanOrEqualTo(3);
        governor.stop();
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void whatIsEndedForItsMemoryEndsThoughNoThreadIsThere(Stray.Kind kind) {
        wire.fill();
        offer("a");
        offer("b");
        handOver.arm(kind);
        assertThat(queue.end(Account.OUTBOUND)).isTrue();
        tasks.runAll();
        assertThat(told).containsExactly("a failed", "b failed");
        assertThat(wire.failures())
                .extracting(failure -> failure.status().code())
                .containsExactly(CloseStatus.TRY_AGAIN_LATER);
        assertThat(node.account().bytes()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void whoeverCountsLatenciesHindersNoCompletion(Stray.Kind kind) {
        wire.fill();
        offer("a");
        offer("b");
        offer("c");
        observer.arm(kind);
        wire.takes(() -> true);
        wire.empty();
        queue.onWritable();
        assertThat(observer.isSpent()).isTrue();
        assertThat(told).containsExactly("a written", "b written", "c written");
    }

    /** Nor is it in the way of those behind it where even that can't be counted. */
    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void aFailureThatCannotBeCountedHindersNoCompletion(Stray.Kind kind) {
        wire.fill();
        offer("a");
        offer("b");
        offer("c");
        observer.arm(kind);
        counter.arm(kind);
        wire.takes(() -> true);
        wire.empty();
        queue.onWritable();
        assertThat(counter.isSpent()).isTrue();
        assertThat(told).containsExactly("a written", "b written", "c written");
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void anEvictionThatCannotBeCountedIsTold(Stray.Kind kind) {
        SendQueue evicted =
                route.open(
                        wire,
                        new SendQueueListener() {
                            @Override
                            public void onEvicted(SlowConsumerException evidence) {
                                told.add("evicted");
                            }
                        });
        wire.fill();
        counter.arm(kind);
        for (int i = 0; i <= MARKS.highMessages() + 1 && !counter.isSpent(); i++) {
            evicted.offer(OutboundFrame.text("m"));
        }
        assertThat(told).containsExactly("evicted");
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void aDroppedMessageThatCannotBeCountedHasItsAnswer(Stray.Kind kind) {
        SendQueue latest =
                new SendQueues(
                                new OutboundSettings(
                                        MARKS, OverflowPolicy.LATEST, Duration.ofSeconds(30)),
                                node,
                                LatencySample.ALL)
                        .open(wire, new SendQueueListener() {});
        wire.fill();
        counter.arm(kind);
        for (int i = 0; i < 1_000 && !counter.isSpent(); i++) {
            latest.offer(OutboundFrame.text("m"), completion("m"));
        }
        assertThat(told).contains("m failed");
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void aCompletionThatThrowsHindersNoOther(Stray.Kind kind) {
        Stray stray = new Stray();
        wire.fill();
        offer("a");
        stray.arm(kind);
        queue.offer(
                OutboundFrame.text("b"),
                new SendCompletion() {
                    @Override
                    public void onWritten() {
                        stray.call();
                    }

                    @Override
                    public void onFailed(Throwable cause) {
                        told.add("never");
                    }
                });
        offer("c");
        wire.takes(() -> true);
        wire.empty();
        queue.onWritable();
        assertThat(stray.isSpent()).isTrue();
        assertThat(told).containsExactly("a written", "c written");
    }
}
