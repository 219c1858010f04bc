package io.highwater.archive.postgres;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long things may take. Immutable.
 *
 * @param lease how long a shard stays with a writer that does not renew its lease; it is renewed
 *     three times as often
 * @param read until the server has answered a question
 * @param write until the server has written what gathered
 * @param firstPause after the first failed attempt; doubles with each further one
 * @param longestPause between two attempts
 * @param upkeep between two looks at the partitions
 */
record Timing(
        Duration lease,
        Duration read,
        Duration write,
        Duration firstPause,
        Duration longestPause,
        Duration upkeep) {
    private static final int MOST_DOUBLINGS = 16;

    static Timing defaults() {
        return new Timing(
                Duration.ofSeconds(6),
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                Duration.ofMillis(50),
                Duration.ofSeconds(2),
                Duration.ofMinutes(5));
    }

    Duration renewal() {
        return lease.dividedBy(3);
    }

    /**
     * The pause after so many failed attempts in a row. Half of it is random, so that nodes do not
     * return all at once.
     */
    Duration pause(int attempts) {
        long doubled = firstPause.toNanos() << Math.min(Math.max(0, attempts - 1), MOST_DOUBLINGS);
        long whole = Math.min(longestPause.toNanos(), doubled);
        return Duration.ofNanos(whole / 2 + ThreadLocalRandom.current().nextLong(whole / 2 + 1));
    }
}
