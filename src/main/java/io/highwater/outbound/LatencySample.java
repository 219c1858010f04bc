package io.highwater.outbound;

import io.highwater.time.Ticker;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Which messages have their latency measured: one in so many, at random. Immutable.
 *
 * @param every a power of two
 */
record LatencySample(int every) {
    static final LatencySample ONE_IN_64 = new LatencySample(64);
    static final LatencySample ALL = new LatencySample(1);

    /** The time now for a message that is measured, 0 for the others. */
    long nanos(Ticker ticker) {
        return isTaken() ? ticker.nanoTime() : 0;
    }

    /** The same of a message whose latency began before its offer. */
    long nanos(long sinceNanos) {
        return isTaken() ? sinceNanos : 0;
    }

    private boolean isTaken() {
        return (ThreadLocalRandom.current().nextInt() & (every - 1)) == 0;
    }
}
