package io.highwater.archive.file;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.archive.queue.ArchiveThreads;
import io.highwater.archive.queue.WorkQueue;
import io.highwater.log.LogLimit;
import io.highwater.time.Timer;
import io.highwater.time.TimerWheel;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What the archive does from time to time, on a thread of its own: once a minute it drops what is
 * old; while nothing can be written it tries to recover, every second while the disk is full, else
 * after 1 s, 2 s, 4 s and so on up to 30 s. Thread-safe.
 */
final class Upkeep extends Timer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
    private static final String ROLE = "upkeep";

    static final long PERIOD_NANOS = TimeUnit.MINUTES.toNanos(1);
    static final long FIRST_RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int MAX_DOUBLINGS = 5;
    private static final long LONGEST_RETRY_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int TASKS = 16;

    private final TimerWheel wheel;
    private final Condition condition;
    private final Retention retention;
    private final Recovery recovery;
    private final WorkQueue<FileWork> queue;
    private final LogLimit logs;
    private final ThreadPoolExecutor thread;

    @GuardedBy("this")
    private boolean closed;

    /** To recover, since all was well for a minute: so it is tried less often the more it fails. */
    @GuardedBy("this")
    private int attempts;

    Upkeep(
            TimerWheel wheel,
            Condition condition,
            Retention retention,
            Recovery recovery,
            WorkQueue<FileWork> queue,
            LogLimit logs) {
        this.wheel = wheel;
        this.condition = condition;
        this.retention = retention;
        this.recovery = recovery;
        this.queue = queue;
        this.logs = logs;
        thread = ArchiveThreads.pool(ROLE, 1, TASKS, new ThreadPoolExecutor.AbortPolicy());
    }

    /** Runs a task on the upkeep's thread. */
    void execute(Runnable task) {
        thread.execute(task);
    }

    /** Comes back when there is something to do: in a minute, or sooner if a write failed. */
    synchronized void schedule() {
        if (!closed) {
            wheel.schedule(this, wheel.nowNanos() + delayNanos());
        }
    }

    @GuardedBy("this")
    private long delayNanos() {
        Throwable failure = condition.failure();
        if (failure == null) {
            return PERIOD_NANOS;
        } else if (StartErrors.isFull(failure)) {
            return FIRST_RETRY_NANOS;
        }
        long doubled = FIRST_RETRY_NANOS << Math.min(attempts, MAX_DOUBLINGS);
        return Math.min(doubled, LONGEST_RETRY_NANOS);
    }

    @Override
    protected void onDeadline(long nowNanos) {
        try {
            thread.execute(this::run);
        } catch (RejectedExecutionException e) {
            // It was closed at this moment.
        }
    }

    private void run() {
        Throwable failure = condition.failure();
        try {
            if (failure == null) {
                forgetAttempts();
                retention.run();
            } else {
                recover(failure);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RocksDBException
                | IOException
                | ExecutionException
                | TimeoutException
                | RuntimeException
                | Error e) {
            if (failure == null) {
                logs.say(LOG, Level.ERROR, "archive_not_dropped", e);
            } else {
                logs.say(LOG, Level.ERROR, "archive_not_recovered", e);
                waitsFor("cannot be opened: " + StartErrors.text(e));
            }
        } finally {
            schedule();
        }
    }

    private void recover(Throwable failure)
            throws IOException, RocksDBException, InterruptedException {
        countAttempt();
        String problem = recovery.attempt(StartErrors.isFull(failure));
        if (problem != null) {
            waitsFor(problem);
        } else if (condition.available()) {
            queue.openBehindStages();
            LOG.atInfo().addKeyValue("folder", recovery.folder()).log("archive_recovered");
        }
    }

    private synchronized void countAttempt() {
        attempts++;
    }

    private synchronized void forgetAttempts() {
        attempts = 0;
    }

    /**
     * @param what follows the folder's name
     */
    private void waitsFor(String what) {
        condition.waits("the folder " + recovery.folder() + " " + what);
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
