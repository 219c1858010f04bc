package io.highwater.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.FakeTicker;
import io.highwater.testing.RecordingWire;
import io.highwater.testing.Seed;
import io.highwater.testing.Unbounded;
import io.highwater.time.TimerWheel;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.OutboundFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Series, replies, a peer that reads by fits and starts, and an end, all at once, many times. */
final class LatestRaceTest {
    private static final int LANES = 2;
    private static final int TURNS = 200;
    private static final int REPLIES = 40;
    private static final int ROUNDS = 200;
    private static final WaterMarks MARKS = new WaterMarks(40, 1 << 20, 5, 1 << 19);

    private enum End {
        NONE,
        CLOSE,
        SESSION_CLOSED,
        GOVERNED
    }

    private final Random random = Seed.random();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final FakeTicker ticker = new FakeTicker();
    private final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
    private final AtomicInteger dropped = new AtomicInteger();
    private final AtomicInteger governed = new AtomicInteger();
    private volatile NonEmptyQueues queues;
    private RecordingWire wire;
    private volatile SendQueue queue;
    private List<TestSeries> allSeries;

    @AfterEach
    void stop() throws InterruptedException {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(End.class)
    void everySeriesReachesThePeerWithoutAHoleAndRepliesInOrder(End end) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            run(end);
            assertThat(wire.violations()).isEmpty();
            List<String> received = wire.messages();
            List<String> replies =
                    received.stream().filter(text -> text.startsWith("reply")).toList();
            for (int i = 0; i < replies.size(); i++) {
                assertThat(replies.get(i)).isEqualTo("reply " + i);
            }
            for (TestSeries series : allSeries) {
                long reached = series.reached(received);
                if (end == End.NONE) {
                    assertThat(reached).isEqualTo(series.offered());
                }
            }
            if (end == End.NONE) {
                assertThat(replies).hasSize(REPLIES);
                assertThat(wire.failures()).isEmpty();
            }
            assertThat(queues.size()).isZero();
            assertThat(queues.queuedBytes()).isZero();
        }
        assertThat(dropped).as("dropped by the policy").hasPositiveValue();
        if (end == End.GOVERNED) {
            assertThat(governed).as("ended by the governor").hasPositiveValue();
        }
    }

    /** A look from outside at any moment is of a whole queue. */
    @Test
    void aLookMeanwhileFindsNoMoreThanTheMarkAndAWrite() throws Exception {
        for (int round = 0; round < ROUNDS / 4; round++) {
            CountDownLatch looked = new CountDownLatch(1);
            Future<Integer> most =
                    threads.submit(
                            () -> {
                                int max = 0;
                                while (looked.getCount() > 0) {
                                    SendQueue now = queue;
                                    max = now == null ? max : Math.max(max, now.queuedMessages());
                                    backlogOf(now);
                                }
                                return max;
                            });
            run(End.NONE);
            looked.countDown();
            // A turn has 3, a reply 1; a write takes what waited, and as much may wait again.
            assertThat(most.get(30, TimeUnit.SECONDS)).isLessThanOrEqualTo(2 * 40 + 3 + REPLIES);
        }
    }

    private void backlogOf(SendQueue now) {
        if (now != null) {
            queues.retainedBytes();
            queues.slowest(20, ticker.nanoTime());
        }
    }

    private void run(End end) throws Exception {
        queues = new NonEmptyQueues();
        wire = new RecordingWire();
        wire.takes(() -> random.nextInt(4) != 0);
        OutboundObserver observer =
                new OutboundObserver() {
                    @Override
                    public void onDropped(OverflowPolicy policy, int messages) {
                        dropped.addAndGet(messages);
                    }

                    @Override
                    public void onGoverned() {
                        governed.incrementAndGet();
                    }
                };
        OutboundNode node =
                Unbounded.outbound(wheel, ticker, queues, observer, Duration.ofSeconds(10));
        queue =
                new SendQueues(
                                new OutboundSettings(MARKS, OverflowPolicy.EVICT, Duration.ZERO),
                                node,
                                LatencySample.ALL)
                        .open(wire, SendQueueListener.NONE);
        allSeries = new ArrayList<>();
        CountDownLatch start = new CountDownLatch(1);
        CountDownLatch produced = new CountDownLatch(LANES + 1);
        List<Future<?>> tasks = new ArrayList<>();
        for (int i = 0; i < LANES; i++) {
            TestSeries series = new TestSeries("series" + i, 5 + 10 * i);
            allSeries.add(series);
            tasks.add(submit(start, produced, () -> produce(series)));
        }
        tasks.add(submit(start, produced, () -> reply(end)));
        tasks.add(submit(start, new CountDownLatch(1), () -> read(produced)));
        start.countDown();
        int after = random.nextInt(TURNS);
        while (end != End.NONE && wire.writes().size() < after && produced.getCount() > 0) {
            Thread.onSpinWait();
        }
        switch (end) {
            case CLOSE -> queue.close(CloseStatus.of(CloseStatus.NORMAL));
            case SESSION_CLOSED -> queue.onClosed();
            case GOVERNED -> {
                // Slow since never is slow now: only what it holds decides.
                while (produced.getCount() > 0 && !queue.evictIfSlow(Long.MAX_VALUE)) {
                    Thread.onSpinWait();
                }
            }
            case NONE -> {}
        }
        for (Future<?> task : tasks) {
            task.get(30, TimeUnit.SECONDS);
        }
    }

    private Future<?> submit(CountDownLatch start, CountDownLatch done, Callable<?> task) {
        return threads.submit(
                () -> {
                    start.await();
                    try {
                        return task.call();
                    } finally {
                        done.countDown();
                    }
                });
    }

    private Object produce(TestSeries series) {
        for (int i = 0; i < TURNS; i++) {
            queue.offer(series.turn("", "k" + i % 3, "k" + i % 7), series);
        }
        return series;
    }

    private Object reply(End end) {
        OfferResult last = OfferResult.ACCEPTED;
        for (int i = 0; i < REPLIES && last == OfferResult.ACCEPTED; i++) {
            last = queue.offer(OutboundFrame.text("reply " + i));
            if (end == End.GOVERNED) {
                // Here too: on a busy machine the other thread may never see the queue this full.
                queue.evictIfSlow(Long.MAX_VALUE);
            }
        }
        return last;
    }

    /** Reads until nobody offers and nothing is left to read. */
    private Object read(CountDownLatch produced) {
        while (produced.getCount() > 0 || queue.queuedMessages() > 0) {
            if (wire.empty()) {
                queue.onWritable();
            } else {
                Thread.yield();
            }
        }
        return wire;
    }
}
