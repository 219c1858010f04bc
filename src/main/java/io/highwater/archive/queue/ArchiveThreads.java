package io.highwater.archive.queue;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionHandler;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the archive's threads, each with a name that docs/architecture.md lists. Stateless. */
public final class ArchiveThreads {
    /** How long a close waits for each thread: a disk that hangs must not hold up an exit. */
    public static final Duration END_TIMEOUT = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(ArchiveThreads.class);

    private ArchiveThreads() {}

    /**
     * A pool whose threads start with their first task and end when they are idle.
     *
     * @param waiting how many tasks may wait
     */
    public static ThreadPoolExecutor pool(
            String role, int threads, int waiting, RejectedExecutionHandler rejected) {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(
                        threads,
                        threads,
                        1,
                        TimeUnit.MINUTES,
                        new LinkedBlockingQueue<>(waiting),
                        work -> thread(role, work),
                        rejected);
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Waits, for a bounded time, until a pool that was shut down has ended. */
    public static void awaitEnd(ThreadPoolExecutor pool, String role) {
        try {
            if (!pool.awaitTermination(END_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.atWarn().addKeyValue("thread", role).log("archive_thread_still_runs");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Thread thread(String role, Runnable work) {
        Thread thread = new Thread(work, "highwater-archive-" + role);
        thread.setDaemon(true);
        return thread;
    }
}
