package io.highwater.backbone.redis;

import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * Runs the work of some shards, one task at a time, in the order in which it came. A task that
 * throws ends neither the loop nor other tasks. Thread-safe.
 */
interface ShardLoop extends Executor {
    /** Takes the task, unless the loop was closed; what it takes, it runs. */
    boolean tryExecute(Runnable task);

    @Override
    default void execute(Runnable task) {
        boolean unused = tryExecute(task);
    }

    /** Runs the task later, unless the loop is closed before. */
    void schedule(Runnable task, Duration delay);

    /** The node's Ticker. */
    long nowNanos();
}
