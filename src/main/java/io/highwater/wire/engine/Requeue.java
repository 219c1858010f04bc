package io.highwater.wire.engine;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads that belong to no executor, from which a session that gives way is handed to its own once
 * more. Thread-safe; the threads are daemons and end when they have had nothing to do for a while.
 */
final class Requeue implements Executor {
    // A carrier of virtual threads takes from one queue until that is empty, and what a thread
    // starts goes to the queue that it was dealt (ForkJoinPool.runWorker and
    // ThreadLocalRandom.getProbe of JDK 25; a virtual thread has its carrier's). Handed over by its
    // own carrier, or several by one thread, those who give way would keep that carrier to
    // themselves. By some threads in turn they lie in several queues, among all the others, and
    // each of them is soon empty.

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
        // Nothing of the team's on whose thread it is made: what it inherited, such as the context
        // of a log, would be on the next session's too, and keep its loader.
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
