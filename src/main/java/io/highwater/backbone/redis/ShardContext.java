package io.highwater.backbone.redis;

import io.highwater.log.LogLimit;
import java.util.random.RandomGenerator;

/**
 * What the parts of a shard share. Immutable.
 *
 * @param number of the shard, from 0 on
 * @param loop runs all work of the shard
 * @param random used on the loop alone
 */
record ShardContext(
        int number,
        ShardLoop loop,
        Timing timing,
        RandomGenerator random,
        RedisObserver observer,
        LogLimit logs) {
    Backoff backoff() {
        return timing.backoff(random);
    }

    /** Tells the observer something, and goes on if it throws. */
    void tell(Runnable event) {
        logs.tell("redis", event);
    }
}
