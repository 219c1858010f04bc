package io.highwater.backbone.redis;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: it doubles with each failure up to a limit, and half of
 * it is random, so that nodes do not return all at once. Confined to its owner.
 */
final class Backoff {
    private static final int MOST_DOUBLINGS = 16;

    private final long firstNanos;
    private final long mostNanos;
    private final RandomGenerator random;

    private int failures;

    Backoff(Duration first, Duration most, RandomGenerator random) {
        this.firstNanos = first.toNanos();
        this.mostNanos = most.toNanos();
        this.random = random;
    }

    /** Another attempt failed: when to make the next. */
    Duration failed() {
        long whole = Math.min(mostNanos, firstNanos << Math.min(failures, MOST_DOUBLINGS));
        failures++;
        return Duration.ofNanos(whole / 2 + random.nextLong(whole / 2 + 1));
    }

    void succeeded() {
        failures = 0;
    }

    /** How many attempts failed since the last one that succeeded. */
    int failures() {
        return failures;
    }
}
