package io.highwater.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TimerWheelTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;
    private static final long SLOT = 1L << 25;

    @ParameterizedTest
    @ValueSource(
            longs = {
                0,
                1,
                -1,
                SECOND,
                -SECOND,
                Long.MAX_VALUE,
                Long.MAX_VALUE - SECOND,
                Long.MIN_VALUE,
                Long.MIN_VALUE + SECOND
            })
    void firesAtItsDeadlineAndNotBeforeWhereverTheClockStands(long start) {
        long[] delays = {
            1,
            SLOT,
            SECOND,
            68 * SECOND,
            (2048L << 25) - 1,
            2048L << 25,
            (2048L << 25) + 1,
            10 * 60 * SECOND,
            5 * 3600 * SECOND,
            9 * 24 * 3600 * SECOND
        };
        for (long delay : delays) {
            TimerWheel wheel = new TimerWheel(start);
            Recorder timer = new Recorder();
            wheel.schedule(timer, start + delay);
            wheel.advance(start + delay - 1);
            assertThat(timer.fired).as("before %s", delay).isEmpty();
            wheel.advance(start + delay);
            assertThat(timer.fired).as("at %s", delay).containsExactly(start + delay);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE - 30 * 1_000_000_000L})
    void inSmallStepsItIsLateByLessThanAStep(long start) {
        TimerWheel wheel = new TimerWheel(start);
        SplittableRandom random = new SplittableRandom(7);
        List<Recorder> timers = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            Recorder timer = new Recorder();
            timer.deadline = start + random.nextLong(200 * SECOND);
            wheel.schedule(timer, timer.deadline);
            timers.add(timer);
        }
        for (long at = 0; at <= 201 * SECOND; at += 50 * MILLI) {
            wheel.advance(start + at);
        }
        for (Recorder timer : timers) {
            assertThat(timer.fired).hasSize(1);
            assertThat(timer.fired.get(0) - timer.deadline).isBetween(0L, 50 * MILLI - 1);
        }
    }

    @Test
    void aLateAdvanceFiresAllThatIsDueOnce() {
        TimerWheel wheel = new TimerWheel(0);
        List<Recorder> timers = new ArrayList<>();
        for (int i = 1; i <= 500; i++) {
            Recorder timer = new Recorder();
            wheel.schedule(timer, i * SECOND);
            timers.add(timer);
        }
        wheel.advance(400 * SECOND);
        wheel.advance(400 * SECOND);
        assertThat(timers.subList(0, 400)).allMatch(timer -> timer.fired.size() == 1);
        assertThat(timers.subList(400, 500)).allMatch(timer -> timer.fired.isEmpty());
    }

    @Test
    void aPastDeadlineFiresAtTheNextAdvanceEvenAtTheSameTime() {
        TimerWheel wheel = new TimerWheel(SECOND);
        Recorder timer = new Recorder();
        wheel.schedule(timer, 0);
        wheel.advance(SECOND);
        assertThat(timer.fired).containsExactly(SECOND);
    }

    @Test
    void schedulingAgainMoves() {
        TimerWheel wheel = new TimerWheel(0);
        Recorder timer = new Recorder();
        wheel.schedule(timer, SECOND);
        wheel.schedule(timer, 5 * SECOND);
        wheel.advance(4 * SECOND);
        assertThat(timer.fired).isEmpty();
        wheel.schedule(timer, 4 * SECOND);
        wheel.advance(10 * SECOND);
        assertThat(timer.fired).containsExactly(10 * SECOND);
    }

    @Test
    void aCancelledTimerDoesNotFire() {
        TimerWheel wheel = new TimerWheel(0);
        Recorder timer = new Recorder();
        assertThat(wheel.cancel(timer)).isFalse();
        wheel.schedule(timer, SECOND);
        assertThat(wheel.cancel(timer)).isTrue();
        assertThat(wheel.cancel(timer)).isFalse();
        wheel.advance(2 * SECOND);
        assertThat(timer.fired).isEmpty();
    }

    @Test
    void aTimerMayCancelAnotherThatIsDueToo() {
        TimerWheel wheel = new TimerWheel(0);
        Recorder second = new Recorder();
        Timer first =
                new Timer() {
                    @Override
                    protected void onDeadline(long nowNanos) {
                        assertThat(wheel.cancel(second)).isTrue();
                    }
                };
        wheel.schedule(first, SECOND);
        wheel.schedule(second, SECOND);
        wheel.advance(SECOND);
        assertThat(second.fired).isEmpty();
    }

    @Test
    void aTimerThatSchedulesItselfInThePastFiresOncePerAdvance() {
        TimerWheel wheel = new TimerWheel(0);
        AtomicInteger fired = new AtomicInteger();
        Timer eager =
                new Timer() {
                    @Override
                    protected void onDeadline(long nowNanos) {
                        fired.incrementAndGet();
                        wheel.schedule(this, nowNanos - SECOND);
                    }
                };
        wheel.schedule(eager, SECOND);
        wheel.advance(SECOND);
        assertThat(fired).hasValue(1);
        wheel.advance(SECOND);
        assertThat(fired).hasValue(2);
    }

    @Test
    void timersFireOutsideTheLock() throws InterruptedException {
        TimerWheel wheel = new TimerWheel(0);
        CountDownLatch scheduled = new CountDownLatch(1);
        Recorder other = new Recorder();
        boolean[] inTime = new boolean[1];
        Timer timer =
                new Timer() {
                    @Override
                    protected void onDeadline(long nowNanos) {
                        Thread thread =
                                new Thread(
                                        () -> {
                                            wheel.schedule(other, 2 * SECOND);
                                            scheduled.countDown();
                                        });
                        thread.start();
                        try {
                            inTime[0] = scheduled.await(10, TimeUnit.SECONDS);
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        }
                    }
                };
        wheel.schedule(timer, SECOND);
        wheel.advance(SECOND);
        assertThat(inTime[0]).isTrue();
    }

    @Test
    void aTimerThatThrowsLeavesTheOthersToTheNextCall() {
        TimerWheel wheel = new TimerWheel(0);
        Timer bad =
                new Timer() {
                    @Override
                    protected void onDeadline(long nowNanos) {
                        throw new IllegalStateException("bad timer");
                    }
                };
        Recorder good = new Recorder();
        wheel.schedule(bad, SECOND);
        wheel.schedule(good, SECOND);
        assertThatThrownBy(() -> wheel.advance(SECOND)).hasMessage("bad timer");
        wheel.advance(SECOND);
        assertThat(good.fired).containsExactly(SECOND);
    }

    /** What looks again and again would else look no more. */
    @Test
    void aTimerThatThrowsFiresOnceMore() {
        TimerWheel wheel = new TimerWheel(0);
        AtomicInteger fired = new AtomicInteger();
        Timer looks =
                new Timer() {
                    @Override
                    protected void onDeadline(long nowNanos) {
                        if (fired.incrementAndGet() == 1) {
                            throw new OutOfMemoryError("thrown by a test");
                        }
                        wheel.schedule(this, nowNanos + 10 * SECOND);
                    }
                };
        wheel.schedule(looks, SECOND);
        assertThatThrownBy(() -> wheel.advance(SECOND)).isInstanceOf(OutOfMemoryError.class);
        wheel.advance(SECOND + SECOND / 2);
        assertThat(fired).hasValue(1);
        wheel.advance(3 * SECOND);
        assertThat(fired).hasValue(2);
        wheel.advance(14 * SECOND);
        assertThat(fired).hasValue(3);
    }

    @Test
    void aTimerThatThrowsAndWaitsStaysWhereItIs() {
        TimerWheel wheel = new TimerWheel(0);
        AtomicInteger fired = new AtomicInteger();
        Timer eager =
                new Timer() {
                    @Override
                    protected void onDeadline(long nowNanos) {
                        fired.incrementAndGet();
                        wheel.schedule(this, nowNanos + 10 * SECOND);
                        throw new IllegalStateException("thrown by a test");
                    }
                };
        wheel.schedule(eager, SECOND);
        assertThatThrownBy(() -> wheel.advance(SECOND)).hasMessage("thrown by a test");
        wheel.advance(5 * SECOND);
        assertThat(fired).hasValue(1);
        assertThat(wheel.cancel(eager)).isTrue();
    }

    @Test
    void timeDoesNotGoBack() {
        TimerWheel wheel = new TimerWheel(0);
        wheel.advance(10 * SECOND);
        wheel.advance(5 * SECOND);
        assertThat(wheel.nowNanos()).isEqualTo(10 * SECOND);
        Recorder timer = new Recorder();
        wheel.schedule(timer, 11 * SECOND);
        wheel.advance(6 * SECOND);
        assertThat(timer.fired).isEmpty();
        wheel.advance(11 * SECOND);
        assertThat(timer.fired).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, Long.MIN_VALUE, 0})
    void aDeadlineBeyondAllTimeNeverFires(long start) {
        TimerWheel wheel = new TimerWheel(start);
        Recorder timer = new Recorder();
        wheel.schedule(timer, start + Long.MAX_VALUE);
        wheel.advance(start + 365 * 24 * 3600 * SECOND);
        assertThat(timer.fired).isEmpty();
    }

    /** The guard is far above what a list walk per operation would need on any machine. */
    @Test
    void aMillionTimersAreScheduledMovedAndCancelledInConstantTimeEach() {
        TimerWheel wheel = new TimerWheel(0);
        int count = 1_000_000;
        Recorder[] timers = new Recorder[count];
        for (int i = 0; i < count; i++) {
            timers[i] = new Recorder(null);
            wheel.schedule(timers[i], 20 * SECOND);
        }
        for (int i = 0; i < count; i++) {
            wheel.schedule(timers[i], 30 * SECOND);
        }
        for (int i = 0; i < count; i += 2) {
            assertThat(wheel.cancel(timers[i])).isTrue();
        }
        wheel.advance(29 * SECOND);
        wheel.advance(30 * SECOND);
        int fired = 0;
        for (Recorder timer : timers) {
            fired += timer.count;
        }
        assertThat(fired).isEqualTo(count / 2);
    }

    private static final class Recorder extends Timer {
        private final List<Long> fired;
        private long deadline;
        private int count;

        Recorder() {
            this(new ArrayList<>());
        }

        Recorder(List<Long> fired) {
            this.fired = fired;
        }

        @Override
        protected void onDeadline(long nowNanos) {
            count++;
            if (fired != null) {
                fired.add(nowNanos);
            }
        }
    }
}
