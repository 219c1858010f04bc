package io.highwater.session;

/**
 * Limits how many commands one client sends, with two token buckets: one for the commands that are
 * carried out, and one ten times as large and as fast for those that are read at all. Confined to
 * the session's run.
 */
final class CommandRate {
    // A bucket is one number, the time at which it is full again (the generic cell rate algorithm
    // of ITU-T I.371). Every token taken moves that time one interval into the future. No token is
    // left when the time is more than a burst of intervals ahead of the present.

    /** Size and speed of the second bucket, as a multiple of the first. */
    private static final int FLOOD = 10;

    private static final long SECOND_NANOS = 1_000_000_000;

    /** What happens to a command. */
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

    /** Time until the next command is allowed if the client sends none before then; at least 1. */
    long retryAfterMillis(SessionSettings settings, long nowNanos) {
        long interval = SECOND_NANOS / settings.commandsPerSecond();
        long waitNanos = fullNanos + interval - nowNanos - settings.commandsBurst() * interval;
        return Math.max(1, waitNanos / 1_000_000 + 1);
    }
}
