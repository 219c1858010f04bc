package io.highwater.time;

import org.jspecify.annotations.Nullable;

/**
 * One deadline, and the node of the wheel's lists at once: who needs a timer extends this class and
 * pays no further object. A timer is in one {@link TimerWheel} at most.
 *
 * <p>All fields belong to the wheel and are guarded by its lock.
 */
public abstract class Timer {
    /** When to fire, in the wheel's own time, which starts at 0 and never wraps. */
    long dueNanos;

    /** Null while in no list. */
    @Nullable Timer prev;

    @Nullable Timer next;

    /**
     * The deadline has passed. The timer is out of the wheel already and may be scheduled again.
     * Called on the thread that advances the wheel, which all timers of the node share: it must not
     * block.
     *
     * @param nowNanos what the wheel was advanced to: of the node's {@link Ticker}
     */
    protected abstract void onDeadline(long nowNanos);
}
