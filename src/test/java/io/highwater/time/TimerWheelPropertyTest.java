package io.highwater.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** The wheel against a list of deadlines, wherever the clock stands and however it moves. */
final class TimerWheelPropertyTest {
    private static final long MILLI = 1_000_000L;

    @Property(tries = 300)
    void whatIsDueFiresOnceHoweverTimeMoves(
            @ForAll long start,
            @ForAll @Size(min = 1, max = 40) List<@LongRange(min = -5, max = 400_000) Long> delays,
            @ForAll @Size(min = 1, max = 40) List<@LongRange(min = 0, max = 90_000) Long> steps) {
        TimerWheel wheel = new TimerWheel(start);
        List<Recorder> timers = new ArrayList<>();
        for (long delay : delays) {
            Recorder timer = new Recorder();
            timer.deadline = start + delay * MILLI;
            timers.add(timer);
            wheel.schedule(timer, timer.deadline);
        }
        long now = start;
        for (long step : steps) {
            now += step * MILLI;
            wheel.advance(now);
            for (Recorder timer : timers) {
                boolean due = now - timer.deadline >= 0;
                assertThat(timer.fired).isEqualTo(due ? 1 : 0);
            }
        }
    }

    private static final class Recorder extends Timer {
        private long deadline;
        private int fired;

        @Override
        protected void onDeadline(long nowNanos) {
            fired++;
        }
    }
}
