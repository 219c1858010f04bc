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
 * Runs the methods of endpoints: on a virtual thread for each burst of a session's events if the
 * JDK has virtual threads, else on a pool of {@value #POOL_THREADS} threads. The pool's queue is
 * bounded by the number of sessions, since each session has at most one run under way. Thread-safe.
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
     * Creates a thread. This may happen on an application's thread, with the application's classes
     * on the stack: the new thread must not keep a reference to their class loader, nor inherit
     * that thread's values.
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

    /**
     * Accepts no more tasks, interrupts running ones, and gives them {@link #LAST_SECONDS} to end.
     */
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
