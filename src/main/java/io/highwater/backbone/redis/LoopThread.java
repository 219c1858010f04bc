package io.highwater.backbone.redis;

import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** A loop with a thread of its own, {@code highwater-log-*}. Thread-safe. */
final class LoopThread implements ShardLoop, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoopThread.class);

    private static final long MOST_END_SECONDS = 5;

    private final Ticker ticker;
    private final LogLimit logs;
    private final ScheduledThreadPoolExecutor thread;

    LoopThread(String name, Ticker ticker, LogLimit logs) {
        this.ticker = ticker;
        this.logs = logs;
        thread =
                new ScheduledThreadPoolExecutor(
                        1,
                        task -> {
                            Thread made = new Thread(task, name);
                            made.setDaemon(true);
                            return made;
                        });
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public boolean tryExecute(Runnable task) {
        return offer(task, Duration.ZERO);
    }

    @Override
    public void schedule(Runnable task, Duration delay) {
        boolean unused = offer(task, delay);
    }

    private boolean offer(Runnable task, Duration delay) {
        try {
            var unused = thread.schedule(() -> run(task), delay.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (RejectedExecutionException e) {
            return false; // It was closed.
        }
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            logs.say(LOG, Level.ERROR, "log_task_failed", e);
        }
    }

    @Override
    public long nowNanos() {
        return ticker.nanoTime();
    }

    /** Runs what was handed in before; takes no new tasks. Does not wait. */
    @Override
    public void close() {
        thread.shutdown();
    }

    /** Waits until it has done that, for a bounded time; not called on the loop. */
    void awaitEnd() {
        try {
            if (!thread.awaitTermination(MOST_END_SECONDS, TimeUnit.SECONDS)) {
                logs.failure(LOG.atWarn(), "log_thread_busy").log("log_thread_busy");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
