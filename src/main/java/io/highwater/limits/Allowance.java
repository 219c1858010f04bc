package io.highwater.limits;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A token bucket in one number: the time at which it will be full again. The bucket is empty while
 * that time is a whole burst away. Thread-safe, without locks.
 */
public final class Allowance {
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    /** The value before the first take; a Ticker does not return it. */
    private static final long FULL = Long.MIN_VALUE;

    private final int burst;
    private final long nanosPerToken;
    private final long burstNanos;
    private final AtomicLong fullAtNanos = new AtomicLong(FULL);

    /**
     * @param burst tokens of a full bucket
     * @param perSecond tokens that refill it, 1 to 1,000,000,000
     */
    public Allowance(int burst, int perSecond) {
        this.burst = burst;
        this.nanosPerToken = NANOS_PER_SECOND / perSecond;
        this.burstNanos = nanosPerToken * burst;
    }

    /** Tokens of a full bucket. */
    int burst() {
        return burst;
    }

    /** True if there was a token left. */
    public boolean take(long nowNanos) {
        return take(1, nowNanos);
    }

    /** True if there were this many tokens left; otherwise nothing is taken. */
    public boolean take(int tokens, long nowNanos) {
        while (true) {
            long fullAt = fullAtNanos.get();
            long from = fullAt == FULL || fullAt - nowNanos < 0 ? nowNanos : fullAt;
            long after = from + tokens * nanosPerToken;
            if (after - nowNanos > burstNanos) {
                return false;
            }
            if (fullAtNanos.compareAndSet(fullAt, after)) {
                return true;
            }
        }
    }

    /** Nanoseconds until there is a token; 0 if there is one now. */
    public long waitNanos(long nowNanos) {
        long fullAt = fullAtNanos.get();
        long owed = fullAt == FULL || fullAt - nowNanos < 0 ? 0 : fullAt - nowNanos;
        return Math.max(0, owed + nanosPerToken - burstNanos);
    }
}
