package io.highwater.endpoint.session;

import io.highwater.endpoint.jetty.JettyThreads;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where endpoints' methods run: a virtual thread for each burst of a session's events where the JDK
 * has them, else a pool of {@value #POOL_THREADS} threads. What waits for the pool is bounded by
 * the sessions, each of which has one run at most under way. Thread-safe.
 */
public final class CallbackExecutor implements Executor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CallbackExecutor.class);
    private static final int POOL_THREADS = 200;
    private static final int LAST_SECONDS = 1;

    private final ExecutorService threads;

    public CallbackExecutor() {
        ExecutorService virtual = JettyThreads.virtual("highwater-session-");
        threads = virtual == null ? pool() : virtual;
    }

    private static ExecutorService pool() {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(
                        POOL_THREADS,
                        POOL_THREADS,
                        60,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        CallbackExecutor::thread);
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /**
     * Made while a team's classes may be on the stack, and on their thread: it must not hold on to
     * their loader, nor to what that thread would hand down.
     */
    @SuppressWarnings("removal") // Threads inherit the callers' domains up to JDK 23.
    private static Thread thread(Runnable task) {
        return AccessController.doPrivileged(
                (PrivilegedAction<Thread>)
                        () -> {
                            Thread thread = new Thread(null, task, "highwater-session", 0, false);
                            thread.setDaemon(true);
                            thread.setContextClassLoader(CallbackExecutor.class.getClassLoader());
                            return thread;
                        });
    }

    @Override
    public void execute(Runnable task) {
        threads.execute(task);
    }

    /** Takes no more; interrupts what still runs, and gives it {@link #LAST_SECONDS} to end. */
    @Override
    public void close() {
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(LAST_SECONDS, TimeUnit.SECONDS)) {
                LOG.atWarn().log("callbacks_not_interruptible");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
