package io.highwater.archive.postgres;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.archive.queue.ArchiveThreads;
import io.highwater.log.LogLimit;
import io.highwater.time.Timer;
import io.highwater.time.TimerWheel;
import java.sql.SQLException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What the archive does from time to time, on a thread of its own: it makes partitions ahead and
 * drops those that are old. The start and the checks of the server run there too. Thread-safe.
 */
final class Upkeep extends Timer implements Executor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
    private static final String ROLE = "upkeep";
    private static final int TASKS = 16;

    private final TimerWheel wheel;
    private final Timing timing;
    private final LogLimit logs;
    private final ThreadPoolExecutor thread;

    @GuardedBy("this")
    private boolean closed;

    Upkeep(TimerWheel wheel, Timing timing, LogLimit logs) {
        this.wheel = wheel;
        this.timing = timing;
        this.logs = logs;
        thread = ArchiveThreads.pool(ROLE, 1, TASKS, new ThreadPoolExecutor.AbortPolicy());
    }

    /** Runs a task on the upkeep's thread. */
    @Override
    public void execute(Runnable task) {
        thread.execute(task);
    }

    private volatile Job job = () -> {};

    /** What is done from time to time. */
    interface Job {
        void run() throws SQLException;
    }

    /** Does it now and then, the first time after a period; half of the period is random. */
    void repeat(Job repeated) {
        job = repeated;
        schedule();
    }

    private synchronized void schedule() {
        if (!closed) {
            long half = timing.upkeep().toNanos() / 2;
            long pause = half + ThreadLocalRandom.current().nextLong(half + 1);
            wheel.schedule(this, wheel.nowNanos() + pause);
        }
    }

    @Override
    protected void onDeadline(long nowNanos) {
        try {
            thread.execute(this::run);
        } catch (RejectedExecutionException e) {
            schedule();
        }
    }

    private void run() {
        try {
            job.run();
        } catch (SQLException | RuntimeException | Error e) {
            logs.say(LOG, Level.ERROR, "archive_upkeep_failed", e);
        } finally {
            schedule();
        }
    }

    /** Ends after the task under way, for which it waits for a bounded time. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        wheel.cancel(this);
        thread.shutdown();
        ArchiveThreads.awaitEnd(thread, ROLE);
    }
}
