package io.highwater.time;

import org.jspecify.annotations.Nullable;

/**
 * One deadline, which is also its own node in the wheel's lists: a class that needs a timer extends
 * this one and needs no further object. A timer is in at most one {@link TimerWheel}.
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
     * @param nowNanos the time to which the wheel was advanced, by the node's {@link Ticker}
     */
    protected abstract void onDeadline(long nowNanos);
}
