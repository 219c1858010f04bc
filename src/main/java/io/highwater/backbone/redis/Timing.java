package io.highwater.backbone.redis;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long things may take. Immutable.
 *
 * @param connect until a connection is made
 * @param call until Redis answers; then the connection is replaced
 * @param block how long Redis holds back the answer to a read that finds nothing
 * @param give how long an append waits for its acknowledgement before it fails
 * @param lease about how long a node waits before it asks again for the lease of a shard
 * @param settle how long a node waits at the beginning of a generation, so that others can archive
 *     what they have read of the one before
 * @param end how long a node waits at most for the archive to begin a generation
 * @param cutOff a node that cannot read a shard for so long leaves it to others to archive
 * @param check the least time between two checks of a shard's position; the most is 8/5 of it
 * @param firstRetry see {@link Backoff}
 * @param mostRetry see {@link Backoff}
 */
record Timing(
        Duration connect,
        Duration call,
        Duration block,
        Duration give,
        Duration lease,
        Duration settle,
        Duration end,
        Duration cutOff,
        Duration check,
        Duration firstRetry,
        Duration mostRetry) {
    static Timing defaults() {
        return new Timing(
                Duration.ofSeconds(3),
                Duration.ofSeconds(3),
                Duration.ofSeconds(2),
                Duration.ofSeconds(2),
                Duration.ofSeconds(2),
                Duration.ofSeconds(1),
                Duration.ofSeconds(10),
                Duration.ofSeconds(15),
                Duration.ofSeconds(25),
                Duration.ofMillis(50),
                Duration.ofSeconds(2));
    }

    /**
     * How long it may take to make a session: Sentinels may have to be asked one after the other,
     * and the client itself limits no answer.
     */
    Duration open() {
        return connect.multipliedBy(4).plus(call);
    }

    Backoff backoff(RandomGenerator random) {
        return new Backoff(firstRetry, mostRetry, random);
    }
}
