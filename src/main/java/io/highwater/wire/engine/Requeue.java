package io.highwater.wire.engine;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads that belong to no executor. They hand a session that gives way to its own executor once
 * more. Thread-safe; the threads are daemons and end when they have had nothing to do for a while.
 */
final class Requeue implements Executor {
    // A carrier of virtual threads takes tasks from one queue until that queue is empty, and what a
    // thread starts goes to the queue that was dealt to that thread (ForkJoinPool.runWorker and
    // ThreadLocalRandom.getProbe of JDK 25; a virtual thread has its carrier's). If their own
    // carrier handed over the sessions that give way, or one thread handed over several of them,
    // these sessions would keep that carrier to themselves. Handed over by several threads in turn,
    // they lie in several queues, among all other tasks, and each of these queues is soon empty.

    private static final int THREADS = 8;
    private static final long IDLE_SECONDS = 10;

    private final ThreadPoolExecutor threads =
            new ThreadPoolExecutor(
                    THREADS,
                    THREADS,
                    IDLE_SECONDS,
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(),
                    Requeue::daemon);

    Requeue() {
        threads.allowCoreThreadTimeOut(true);
    }

    private static Thread daemon(Runnable work) {
        // The new thread inherits nothing from the application on whose thread it is made.
        // Inherited state, such as a logging context, would apply to the next session too and keep
        // that application's class loader alive.
        Thread made = new Thread(null, work, "highwater-requeue", 0, false);
        made.setDaemon(true);
        made.setContextClassLoader(Requeue.class.getClassLoader());
        return made;
    }

    @Override
    public void execute(Runnable handOver) {
        threads.execute(handOver);
    }
}
