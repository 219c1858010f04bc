package io.highwater.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.FakeTicker;
import io.highwater.testing.RecordingWire;
import io.highwater.testing.Unbounded;
import io.highwater.time.TimerWheel;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.OutboundFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SlowClientGovernorTest {
    private static final WaterMarks MARKS = new WaterMarks(1_000_000, 1L << 40, 2, 1L << 30);
    private static final GovernorSettings OFF = new GovernorSettings(1, 1);
    private static final long HEAP = 1_000_000;

    private final FakeTicker ticker = new FakeTicker();
    private final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
    private final NonEmptyQueues queues = new NonEmptyQueues();
    private final Map<String, RecordingWire> wires = new HashMap<>();
    private final List<String> evicted = new ArrayList<>();
    private long connections;
    private int governed;
    private int looks;

    private final OutboundNode node =
            Unbounded.outbound(
                    wheel,
                    ticker,
                    queues,
                    new OutboundObserver() {
                        @Override
                        public void onGoverned() {
                            governed++;
                        }
                    },
                    Duration.ofSeconds(10));

    private SlowClientGovernor govern(double slowFraction, double heapFraction) {
        SlowClientGovernor governor =
                new SlowClientGovernor(
                        new GovernorSettings(slowFraction, heapFraction),
                        node,
                        () -> connections,
                        HEAP,
                        task -> {
                            looks++;
                            task.run();
                        });
        governor.start();
        return governor;
    }

    private SendQueue open(String name, OverflowPolicy policy) {
        RecordingWire wire = new RecordingWire();
        wires.put(name, wire);
        connections++;
        return new SendQueues(new OutboundSettings(MARKS, policy, Duration.ofSeconds(30)), node)
                .open(
                        wire,
                        new SendQueueListener() {
                            @Override
                            public String clientId() {
                                return name;
                            }

                            @Override
                            public void onEvicted(SlowConsumerException evidence) {
                                evicted.add(name);
                            }
                        });
    }

    /** Holds four messages, two more than the low mark. */
    private SendQueue slow(String name, OverflowPolicy policy, OutboundFrame frame) {
        SendQueue queue = open(name, policy);
        wires.get(name).fill();
        for (int i = 0; i < 4; i++) {
            queue.offer(frame);
        }
        return queue;
    }

    private static OutboundFrame frame(int bytes) {
        return OutboundFrame.text("x".repeat(bytes));
    }

    private void pass(Duration time) {
        ticker.advance(time, wheel);
    }

    @Test
    void ofThirtySlowOfThreeHundredTheLargestGoFirstAndNoneOfTheOthers() {
        govern(0.0334, 1);
        for (int i = 0; i < 270; i++) {
            // One of them has much, but not for long; another little, but for long.
            SendQueue reading = open("reading" + i, OverflowPolicy.EVICT);
            reading.offer(frame(20));
        }
        IntStream.rangeClosed(1, 30)
                // Not in the order of their sizes.
                .map(i -> 1 + i * 7 % 30)
                .forEach(i -> slow("slow" + i, OverflowPolicy.EVICT, frame(100 * i)));
        SendQueue little = open("little", OverflowPolicy.EVICT);
        wires.get("little").fill();
        little.offer(frame(90_000));
        little.offer(frame(90_000));
        pass(Duration.ofMillis(900));
        SendQueue fresh = slow("fresh", OverflowPolicy.EVICT, frame(50_000));
        pass(Duration.ofMillis(900));

        List<String> largestFirst =
                IntStream.rangeClosed(1, 30).mapToObj(i -> "slow" + (31 - i)).toList();
        // 3.34 % of 302 connections are ten.
        assertThat(evicted).isEqualTo(largestFirst.subList(0, 20));
        assertThat(governed).isEqualTo(20);
        for (String name : evicted) {
            assertThat(wires.get(name).failures())
                    .containsExactly(
                            new RecordingWire.Failure(
                                    new CloseStatus(1013, "slow consumer"),
                                    Duration.ofSeconds(30)));
        }
        assertThat(fresh.queuedMessages()).isEqualTo(4);
        assertThat(little.queuedMessages()).isEqualTo(2);
        // Eleven are slow by now, but that is fewer than 20.
        pass(Duration.ofSeconds(5));
        assertThat(evicted).hasSize(20);
    }

    @ParameterizedTest
    @CsvSource({"19, 0", "20, 20"})
    void fewerThanTwentyAreLeftAlone(int slow, int gone) {
        govern(0, 1);
        for (int i = 0; i < slow; i++) {
            slow("slow" + i, OverflowPolicy.EVICT, frame(10));
        }
        pass(Duration.ofSeconds(3));
        assertThat(evicted).hasSize(gone);
    }

    @ParameterizedTest
    @CsvSource({"0.25, 0", "0.24, 1"})
    void theFractionMayBeReachedAndNotPassed(double fraction, int gone) {
        govern(fraction, 1);
        for (int i = 0; i < 25; i++) {
            slow("slow" + i, OverflowPolicy.EVICT, frame(10));
        }
        connections = 100;
        pass(Duration.ofSeconds(3));
        assertThat(evicted).hasSize(gone);
    }

    @ParameterizedTest
    @EnumSource(names = {"LATEST", "PAUSE"})
    void thePoliciesThatBoundThemselvesAreSpared(OverflowPolicy policy) {
        govern(0, 0);
        for (int i = 0; i < 40; i++) {
            slow("spared" + i, policy, frame(1_000));
        }
        slow("slow", OverflowPolicy.EVICT, frame(10));
        pass(Duration.ofSeconds(3));
        assertThat(queues.slowest(100, ticker.nanoTime())).hasSize(40);
        assertThat(evicted).containsExactly("slow");
    }

    @Test
    void aSessionThatIsSlowOnlyWithLatestChannelsIsSpared() {
        govern(0, 0);
        TestSeries series = new TestSeries("a", 50);
        SendQueue queue = open("latest", OverflowPolicy.EVICT);
        wires.get("latest").fill();
        series.offer(queue, 40);
        queue.offer(frame(10));
        pass(Duration.ofSeconds(3));
        assertThat(queues.slowQueues(ticker.nanoTime())).isEqualTo(1);
        assertThat(evicted).isEmpty();
        assertThat(queues.slowest(1, ticker.nanoTime()).get(0).policy())
                .isEqualTo(OverflowPolicy.LATEST);
        queue.offer(frame(10));
        queue.offer(frame(10));
        assertThat(queues.slowest(1, ticker.nanoTime()).get(0).policy())
                .isEqualTo(OverflowPolicy.EVICT);
        pass(Duration.ofSeconds(3));
        assertThat(evicted).containsExactly("latest");
    }

    @Test
    void heapIsFreedByTheLargestUntilItIsEnough() {
        govern(1, 0.1);
        for (int i = 1; i <= 4; i++) {
            slow("slow" + i, OverflowPolicy.EVICT, frame(30_000 + 1_000 * i));
        }
        slow("paused", OverflowPolicy.PAUSE, frame(25_000));
        pass(Duration.ofSeconds(3));
        // A frame that a queue holds four times is kept once: 155 of 100 kB are, then 121, then 88.
        assertThat(evicted).containsExactly("slow4", "slow3");
        assertThat(queues.retainedBytes()).isBetween(80_000L, 100_000L);
    }

    @Test
    void forTheHeapQueuesFirstGiveUpWhatTheLogHas() {
        govern(1, 0.1);
        pass(Duration.ofMillis(200));
        LoggedSeries series = demoted(4, 30_000);
        slow("slow", OverflowPolicy.EVICT, frame(20_000));
        pass(Duration.ofSeconds(1));
        assertThat(series.given).as("given up by a queue that is slow for 0.8 s").isEmpty();
        pass(Duration.ofSeconds(1));

        assertThat(series.given).containsExactly(2, 3, 4);
        assertThat(evicted).isEmpty();
        assertThat(queues.retainedBytes()).isLessThan(60_000);
    }

    @Test
    void whileTheHeapHasRoomNothingIsGivenUp() {
        govern(1, 0.1);
        LoggedSeries series = demoted(4, 20_000);
        pass(Duration.ofSeconds(3));
        assertThat(series.given).isEmpty();
    }

    private LoggedSeries demoted(int messages, int bytes) {
        SendQueue queue = open("demoted", OverflowPolicy.EVICT);
        wires.get("demoted").fill();
        LoggedSeries series = new LoggedSeries();
        for (int i = 1; i <= messages; i++) {
            OutboundTurn<Integer> turn =
                    OutboundTurn.of(List.of(new TurnMessage<>(frame(bytes), null, i)), 0);
            queue.offerWhole(null, turn, series, null);
        }
        return series;
    }

    private static final class LoggedSeries implements LogSeries<Integer> {
        final List<Integer> given = new ArrayList<>();

        @Override
        public boolean isCut() {
            return !given.isEmpty();
        }

        @Override
        public void cut(Integer from, Integer to) {
            given.add(from);
        }

        @Override
        public void onCut() {}
    }

    @Test
    void whatManyShareIsKeptOnceAndFreedByTheLast() {
        govern(1, 0.1);
        OutboundFrame shared = frame(90_000);
        for (int i = 0; i < 50; i++) {
            slow("slow" + i, OverflowPolicy.EVICT, shared);
        }
        pass(Duration.ofSeconds(3));
        assertThat(evicted).isEmpty();
        slow("own", OverflowPolicy.EVICT, frame(20_000));
        pass(Duration.ofSeconds(3));
        // The shared frame is the largest, and stays until all who hold it are gone.
        assertThat(evicted).hasSize(50).doesNotContain("own");
        assertThat(queues.retainedBytes()).isEqualTo(20_004);
    }

    @Test
    void whoReadsBetweenTheLookAndTheEndIsSpared() {
        SendQueue queue = slow("a", OverflowPolicy.EVICT, frame(10));
        pass(Duration.ofSeconds(2));
        long sinceNanos = ticker.nanoTime() - SlowClient.AFTER.toNanos();
        assertThat(queues.evictable(sinceNanos)).hasSize(1);
        wires.get("a").takes(() -> true);
        wires.get("a").empty();
        queue.onWritable();
        assertThat(queue.evictIfSlow(sinceNanos)).isFalse();
        assertThat(queue.offer(frame(10))).isEqualTo(OfferResult.ACCEPTED);
        assertThat(wires.get("a").failures()).isEmpty();
    }

    @Test
    void aClosingSessionIsLeftToItsDeadline() {
        govern(0, 0);
        slow("a", OverflowPolicy.EVICT, frame(10)).close(CloseStatus.of(CloseStatus.NORMAL));
        pass(Duration.ofSeconds(3));
        assertThat(evicted).isEmpty();
        pass(Duration.ofSeconds(8));
        assertThat(wires.get("a").failures()).hasSize(1);
    }

    @Test
    void whileNothingIsQueuedItDoesNotLook() {
        SlowClientGovernor governor = govern(0, 0);
        pass(Duration.ofSeconds(5));
        assertThat(looks).isZero();
        SendQueue queue = slow("a", OverflowPolicy.PAUSE, frame(10));
        pass(Duration.ofSeconds(5));
        assertThat(looks).isEqualTo(5);
        governor.stop();
        pass(Duration.ofSeconds(5));
        assertThat(looks).isEqualTo(5);
        assertThat(queue.queuedMessages()).isEqualTo(4);
    }

    @Test
    void atAStopTheThreadsMayBeGoneBefore() {
        SlowClientGovernor[] governor = new SlowClientGovernor[1];
        governor[0] =
                new SlowClientGovernor(
                        OFF,
                        node,
                        () -> connections,
                        HEAP,
                        task -> {
                            looks++;
                            governor[0].stop();
                            throw new RejectedExecutionException("shut at this moment");
                        });
        governor[0].start();
        slow("a", OverflowPolicy.EVICT, frame(10));
        pass(Duration.ofSeconds(3));
        assertThat(looks).isEqualTo(1);
    }

    @Test
    void aThreadThatCannotBeHadIsAskedForAgain() {
        SlowClientGovernor governor =
                new SlowClientGovernor(
                        OFF,
                        node,
                        () -> connections,
                        HEAP,
                        task -> {
                            looks++;
                            throw new OutOfMemoryError("thrown by a test");
                        });
        governor.start();
        slow("a", OverflowPolicy.EVICT, frame(10));
        for (int i = 0; i < 3; i++) {
            try {
                pass(Duration.ofSeconds(1));
            } catch (OutOfMemoryError e) {
                assertThat(e).hasMessage("thrown by a test"); // The node's timers survive it.
            }
        }
        assertThat(looks).isEqualTo(3);
    }

    @Test
    void aLookThatFailsIsNotTheLast() {
        SlowClientGovernor governor =
                new SlowClientGovernor(
                        OFF,
                        node,
                        () -> {
                            throw new IllegalStateException("a count that fails on purpose");
                        },
                        HEAP,
                        task -> {
                            looks++;
                            try {
                                task.run();
                            } catch (IllegalStateException expected) {
                                evicted.add("failed");
                            }
                        });
        governor.start();
        slow("a", OverflowPolicy.EVICT, frame(10));
        pass(Duration.ofSeconds(3));
        assertThat(looks).isEqualTo(3);
        assertThat(evicted).containsExactly("failed", "failed", "failed");
    }

    @Test
    void theSlowestAreNamedLargestFirst() {
        OutboundFrame shared = frame(500);
        slow("shared1", OverflowPolicy.EVICT, shared);
        slow("shared2", OverflowPolicy.LATEST, shared);
        SendQueue large = slow("large", OverflowPolicy.PAUSE, frame(900));
        large.offer(frame(40));
        open("reading", OverflowPolicy.EVICT).offer(shared);
        pass(Duration.ofMillis(1_500));
        List<SlowClient> slowest = queues.slowest(2, ticker.nanoTime());
        assertThat(slowest).hasSize(2);
        assertThat(slowest.get(0))
                .isEqualTo(
                        new SlowClient(
                                "large",
                                "127.0.0.1:1",
                                OverflowPolicy.PAUSE,
                                5,
                                4 * 904 + 42,
                                4,
                                904 + 42,
                                Duration.ofMillis(1_500)));
        assertThat(slowest.get(1).retainedBytes()).isEqualTo(504);
        assertThat(slowest.get(1).id()).startsWith("shared");
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.001, 1.001, Double.NaN, Double.POSITIVE_INFINITY})
    void fractionsAreFractions(double wrong) {
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> new GovernorSettings(wrong, 0.5))
                .hasMessageContaining("highwater.governor.slow-fraction: " + wrong);
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> new GovernorSettings(0.5, wrong))
                .hasMessageContaining("highwater.governor.heap-fraction: " + wrong);
    }
}
