package io.highwater.endpoint;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.VirtualThreads;

/**
 * Where endpoints' methods run: a virtual thread for each burst of a session's events where the JDK
 * has them, else a pool of {@value #POOL_THREADS} threads. What waits for the pool is bounded by
 * the sessions, each of which has one run at most under way. Thread-safe.
 */
public final class CallbackExecutor implements Executor, AutoCloseable {
    private static final int POOL_THREADS = 200;

    private final ExecutorService threads;

    public CallbackExecutor() {
        Executor virtual = VirtualThreads.getNamedVirtualThreadsExecutor("highwater-session-");
        threads = virtual instanceof ExecutorService service ? service : pool();
    }

    private static ExecutorService pool() {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(
                        POOL_THREADS,
                        POOL_THREADS,
                        60,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        task -> {
                            Thread thread = new Thread(task, "highwater-session");
                            thread.setDaemon(true);
                            return thread;
                        });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    @Override
    public void execute(Runnable task) {
        threads.execute(task);
    }

    /** Takes no more; interrupts what still runs. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
