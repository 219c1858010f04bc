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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Producers, a peer that reads by fits and starts, and an end, all at once, many times. */
final class SendQueueRaceTest {
    private static final int PRODUCERS = 3;
    private static final int OFFERS = 150;
    private static final int ROUNDS = 250;

    private static final WaterMarks WIDE = new WaterMarks(1000, 1 << 20, 20, 1000);
    private static final WaterMarks NARROW = new WaterMarks(40, 1 << 20, 10, 1 << 19);

    private enum End {
        NONE,
        CLOSE,
        SESSION_CLOSED
    }

    private final Random random = Seed.random();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final FakeTicker ticker = new FakeTicker();
    private final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
    private NonEmptyQueues queues;
    private RecordingWire wire;
    private SendQueue queue;
    private ConcurrentLinkedQueue<String> written;
    private ConcurrentLinkedQueue<String> failed;
    private ConcurrentLinkedQueue<String> refused;
    private ConcurrentLinkedQueue<String> told;
    private AtomicInteger telling;

    @BeforeEach
    void reset() {
        queues = new NonEmptyQueues();
        wire = new RecordingWire();
        wire.takes(() -> random.nextInt(4) != 0);
        written = new ConcurrentLinkedQueue<>();
        failed = new ConcurrentLinkedQueue<>();
        refused = new ConcurrentLinkedQueue<>();
        told = new ConcurrentLinkedQueue<>();
        telling = new AtomicInteger();
    }

    @AfterEach
    void stop() throws InterruptedException {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(End.class)
    void nothingIsLostOrDoubled(End end) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            reset();
            run(new OutboundSettings(WIDE, OverflowPolicy.EVICT, Duration.ZERO), end);
            if (end == End.NONE) {
                assertThat(wire.messages()).hasSize(PRODUCERS * OFFERS);
                assertThat(failed).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(End.class)
    void anEvictionAnswersEachMessageOnce(End end) throws Exception {
        int evicted = 0;
        for (int round = 0; round < ROUNDS; round++) {
            reset();
            wire.takes(() -> random.nextInt(40) != 0);
            run(new OutboundSettings(NARROW, OverflowPolicy.EVICT, Duration.ZERO), end);
            assertThat(wire.failures()).hasSizeLessThanOrEqualTo(1);
            evicted += wire.failures().size();
        }
        if (end == End.NONE) {
            assertThat(evicted).as("rounds with an eviction").isPositive();
        }
    }

    @Test
    void aPausedSessionHearsOfBothMarksInTurnAndOfTheLowOneLast() throws Exception {
        int pauses = 0;
        for (int round = 0; round < ROUNDS; round++) {
            reset();
            run(new OutboundSettings(NARROW, OverflowPolicy.PAUSE, Duration.ZERO), End.NONE);
            List<String> events = List.copyOf(told);
            for (int i = 0; i < events.size(); i++) {
                assertThat(events.get(i)).isEqualTo(i % 2 == 0 ? "above" : "below");
            }
            assertThat(events.size() % 2).isZero();
            pauses += events.size() / 2;
        }
        assertThat(pauses).isPositive();
    }

    private void run(OutboundSettings settings, End end) throws Exception {
        OutboundNode node =
                Unbounded.outbound(
                        wheel, ticker, queues, OutboundObserver.NONE, Duration.ofSeconds(10));
        queue = new SendQueues(settings, node, LatencySample.ALL).open(wire, new Listener());
        CountDownLatch start = new CountDownLatch(1);
        CountDownLatch produced = new CountDownLatch(PRODUCERS);
        List<Future<?>> tasks = new ArrayList<>();
        for (int producer = 0; producer < PRODUCERS; producer++) {
            String name = Integer.toString(producer);
            tasks.add(
                    threads.submit(
                            () -> {
                                start.await();
                                try {
                                    produce(name);
                                } finally {
                                    produced.countDown();
                                }
                                return null;
                            }));
        }
        tasks.add(
                threads.submit(
                        () -> {
                            start.await();
                            read(produced);
                            return null;
                        }));
        start.countDown();
        int after = random.nextInt(OFFERS);
        while (end != End.NONE && written.size() < after && produced.getCount() > 0) {
            Thread.onSpinWait();
        }
        switch (end) {
            case CLOSE -> queue.close(CloseStatus.of(CloseStatus.NORMAL));
            case SESSION_CLOSED -> queue.onClosed();
            case NONE -> {}
        }
        for (Future<?> task : tasks) {
            task.get(30, TimeUnit.SECONDS);
        }
        if (end == End.CLOSE && wire.failures().isEmpty()) {
            assertThat(wire.closes()).hasSize(1);
        }
        check();
    }

    private void produce(String producer) {
        for (int i = 0; i < OFFERS; i++) {
            String name = producer + ":" + i;
            OfferResult result = queue.offer(OutboundFrame.text(name), new Completion(name));
            if (result == OfferResult.DROPPED || result == OfferResult.CLOSED) {
                refused.add(name);
            }
        }
    }

    /** Reads until nobody offers and nothing is left to read. */
    private void read(CountDownLatch produced) {
        while (produced.getCount() > 0 || queue.queuedMessages() > 0) {
            if (wire.empty()) {
                queue.onWritable();
            } else {
                Thread.yield();
            }
        }
    }

    private void check() {
        assertThat(wire.violations()).isEmpty();
        List<String> answered = new ArrayList<>(written);
        answered.addAll(failed);
        assertThat(answered).hasSize(PRODUCERS * OFFERS);
        assertThat(new HashSet<>(answered)).hasSize(PRODUCERS * OFFERS);
        assertThat(new HashSet<>(failed)).containsAll(refused);

        List<String> onWire = wire.messages();
        assertThat(new HashSet<>(onWire)).as("no message twice").hasSize(onWire.size());
        List<String> given = new ArrayList<>(onWire);
        given.addAll(wire.droppedMessages());
        assertThat(new HashSet<>(given)).containsAll(written);
        Map<String, Integer> last = new HashMap<>();
        for (String name : onWire) {
            String[] parts = name.split(":");
            int number = Integer.parseInt(parts[1]);
            assertThat(number)
                    .as("order of %s", name)
                    .isGreaterThan(last.getOrDefault(parts[0], -1));
            last.put(parts[0], number);
        }
        assertThat(queues.size()).isZero();
        assertThat(queues.queuedBytes()).isZero();
        assertThat(queue.queuedMessages()).isZero();
    }

    private final class Completion implements SendCompletion {
        private final String name;

        Completion(String name) {
            this.name = name;
        }

        @Override
        public void onWritten() {
            assertThat(Thread.holdsLock(queue)).isFalse();
            written.add(name);
        }

        @Override
        public void onFailed(Throwable cause) {
            assertThat(Thread.holdsLock(queue)).isFalse();
            failed.add(name);
        }
    }

    private final class Listener implements SendQueueListener {
        @Override
        public void onAboveHighWater() {
            tell("above");
        }

        @Override
        public void onBelowLowWater() {
            tell("below");
        }

        private void tell(String event) {
            boolean alone = telling.incrementAndGet() == 1 && !Thread.holdsLock(queue);
            told.add(alone ? event : "two at once, or under the lock");
            telling.decrementAndGet();
        }
    }
}
