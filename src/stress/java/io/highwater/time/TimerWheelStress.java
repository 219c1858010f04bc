package io.highwater.time;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * Searches {@link TimerWheel} for races of its three verbs. A result is how often the timer fired,
 * and where a test has one, what cancel said. Public, and not final, for the harness.
 */
public class TimerWheelStress {
    /** Slots apart, so that time passes both. */
    private static final long SOON = 40_000_000;

    private static final long LATER = 200_000_000;

    private TimerWheelStress() {}

    /** A wheel and one timer in it. A wheel has some two thousand objects: the test is slow. */
    abstract static class Scenario {
        final TimerWheel wheel = new TimerWheel(0);
        final CountingTimer timer = new CountingTimer();

        /** The last call of the thread that advances. */
        final void finish() {
            wheel.advance(2 * LATER);
        }
    }

    /** Plain: it fires on one thread. */
    static final class CountingTimer extends Timer {
        private int fired;

        @Override
        protected void onDeadline(long nowNanos) {
            fired++;
        }
    }

    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "once, now or at the next advance")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class ScheduleAndAdvance extends Scenario {
        @Actor
        public void schedule() {
            wheel.schedule(timer, SOON);
        }

        @Actor
        public void advance() {
            wheel.advance(SOON);
        }

        @Arbiter
        public void settle(I_Result result) {
            finish();
            result.r1 = timer.fired;
        }
    }

    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "cancelled")
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "too late")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class CancelAndAdvance extends Scenario {
        public CancelAndAdvance() {
            wheel.schedule(timer, SOON);
        }

        @Actor
        public void cancel(II_Result result) {
            result.r2 = wheel.cancel(timer) ? 1 : 0;
        }

        @Actor
        public void advance() {
            wheel.advance(SOON);
        }

        @Arbiter
        public void settle(II_Result result) {
            finish();
            result.r1 = timer.fired;
        }
    }

    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "moved before it was due")
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "fired, and scheduled again")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class MoveAndAdvance extends Scenario {
        public MoveAndAdvance() {
            wheel.schedule(timer, SOON);
        }

        @Actor
        public void move() {
            wheel.schedule(timer, LATER);
        }

        @Actor
        public void advance() {
            wheel.advance(SOON);
        }

        @Arbiter
        public void settle(I_Result result) {
            finish();
            result.r1 = timer.fired;
        }
    }

    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "cancelled where it was moved to, or before")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "cancelled, and scheduled again")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class MoveAndCancel extends Scenario {
        public MoveAndCancel() {
            wheel.schedule(timer, SOON);
        }

        @Actor
        public void move() {
            wheel.schedule(timer, LATER);
        }

        @Actor
        public void cancel(II_Result result) {
            result.r2 = wheel.cancel(timer) ? 1 : 0;
        }

        @Arbiter
        public void settle(II_Result result) {
            finish();
            result.r1 = timer.fired;
        }
    }

    /** Two at the same slot: what one unlinks, the other is linked to. */
    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "the neighbour alone fires")
    @Outcome(expect = FORBIDDEN)
    @State
    public static class NeighbourOfACancelled extends Scenario {
        private final CountingTimer neighbour = new CountingTimer();

        public NeighbourOfACancelled() {
            wheel.schedule(timer, SOON);
        }

        @Actor
        public void cancel() {
            wheel.cancel(timer);
        }

        @Actor
        public void schedule() {
            wheel.schedule(neighbour, SOON);
        }

        @Arbiter
        public void settle(II_Result result) {
            finish();
            result.r1 = timer.fired;
            result.r2 = neighbour.fired;
        }
    }
}
