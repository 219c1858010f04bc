package io.highwater.session;

/**
 * How many commands one client sends: two token buckets, one for what is carried out and one ten
 * times as large and as fast for what is read at all. Confined to the session's run.
 */
final class CommandRate {
    // A bucket is one number, the time at which it is full again (the generic cell rate algorithm
    // of ITU-T I.371): every token taken moves it one interval into the future, and more than a
    // burst of intervals ahead of the present there is none to take.

    /** The second bucket's size and speed in those of the first. */
    private static final int FLOOD = 10;

    private static final long SECOND_NANOS = 1_000_000_000;

    /** What becomes of a command. */
    enum Verdict {
        ALLOWED,
        LIMITED,
        FLOOD
    }

    private long fullNanos;
    private long floodFullNanos;

    CommandRate(long nowNanos) {
        fullNanos = nowNanos;
        floodFullNanos = nowNanos;
    }

    Verdict take(SessionSettings settings, long nowNanos) {
        int rate = settings.commandsPerSecond();
        long burst = settings.commandsBurst();
        long floodInterval = Math.max(1, SECOND_NANOS / ((long) rate * FLOOD));
        long floodThen = next(floodFullNanos, floodInterval, nowNanos);
        if (floodThen - nowNanos > burst * FLOOD * floodInterval) {
            return Verdict.FLOOD;
        }
        floodFullNanos = floodThen;
        long interval = SECOND_NANOS / rate;
        long then = next(fullNanos, interval, nowNanos);
        if (then - nowNanos > burst * interval) {
            return Verdict.LIMITED;
        }
        fullNanos = then;
        return Verdict.ALLOWED;
    }

    private static long next(long fullNanos, long interval, long nowNanos) {
        return (fullNanos - nowNanos > 0 ? fullNanos : nowNanos) + interval;
    }

    /** When the next command is allowed, for a client that waits until then: from 1 on. */
    long retryAfterMillis(SessionSettings settings, long nowNanos) {
        long interval = SECOND_NANOS / settings.commandsPerSecond();
        long waitNanos = fullNanos + interval - nowNanos - settings.commandsBurst() * interval;
        return Math.max(1, waitNanos / 1_000_000 + 1);
    }
}
