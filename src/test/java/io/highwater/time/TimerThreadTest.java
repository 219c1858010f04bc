package io.highwater.time;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.FakeTicker;
import io.highwater.testing.Stray;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TimerThreadTest {
    private final FakeTicker ticker = new FakeTicker();
    private final TimerWheel wheel = new TimerWheel(ticker.nanoTime());

    @Test
    void aTimerThatThrowsHindersNoOther() throws InterruptedException {
        CountDownLatch fired = new CountDownLatch(2);
        long deadline = ticker.nanoTime() + Duration.ofSeconds(1).toNanos();
        wheel.schedule(counting(fired), deadline);
        wheel.schedule(
                timer(
                        () -> {
                            throw new IllegalStateException("a timer that fails on purpose");
                        }),
                deadline);
        wheel.schedule(
                timer(
                        () -> {
                            throw new OutOfMemoryError("an error that is thrown on purpose");
                        }),
                deadline);
        wheel.schedule(counting(fired), deadline);
        try (TimerThread thread = TimerThread.start(wheel, ticker)) {
            assertThat(fired.getCount()).isEqualTo(2);
            ticker.advance(Duration.ofSeconds(2));
            assertThat(fired.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(thread).isNotNull();
        }
    }

    /** Such as one that has what a step wrote leave, at its end. */
    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void aStepThatThrowsIsNotTheLast(Stray.Kind kind) throws InterruptedException {
        Stray stray = new Stray();
        stray.arm(kind);
        CountDownLatch fired = new CountDownLatch(1);
        try (TimerThread thread =
                TimerThread.start(wheel, ticker, stray.refusingTooLate(Runnable::run))) {
            wheel.schedule(counting(fired), ticker.nanoTime() + Duration.ofSeconds(1).toNanos());
            while (!stray.isSpent()) {
                Thread.yield();
            }
            ticker.advance(Duration.ofSeconds(2));
            assertThat(fired.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(thread).isNotNull();
        }
    }

    @Test
    void afterCloseNothingFires() throws InterruptedException {
        CountDownLatch first = new CountDownLatch(1);
        wheel.schedule(counting(first), ticker.nanoTime());
        TimerThread thread = TimerThread.start(wheel, ticker);
        assertThat(first.await(10, TimeUnit.SECONDS)).isTrue();
        thread.close();
        CountDownLatch second = new CountDownLatch(1);
        wheel.schedule(counting(second), ticker.nanoTime());
        // The thread is joined: nobody is left to fire it.
        assertThat(second.getCount()).isEqualTo(1);
        wheel.advance(ticker.nanoTime());
        assertThat(second.getCount()).isZero();
    }

    @Test
    void aTimerMayCloseItsOwnThread() throws InterruptedException {
        CountDownLatch closed = new CountDownLatch(1);
        TimerThread[] thread = new TimerThread[1];
        CountDownLatch started = new CountDownLatch(1);
        wheel.schedule(
                timer(
                        () -> {
                            try {
                                started.await();
                            } catch (InterruptedException e) {
                                throw new AssertionError(e);
                            }
                            thread[0].close();
                            closed.countDown();
                        }),
                ticker.nanoTime());
        thread[0] = TimerThread.start(wheel, ticker);
        started.countDown();
        assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    private static Timer counting(CountDownLatch latch) {
        return timer(latch::countDown);
    }

    private static Timer timer(Runnable action) {
        return new Timer() {
            @Override
            protected void onDeadline(long nowNanos) {
                action.run();
            }
        };
    }
}
