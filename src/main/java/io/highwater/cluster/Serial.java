package io.highwater.cluster;

import io.highwater.log.LogLimit;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Runs tasks one at a time and in order, on the threads that bring them: one that finds none
 * running runs what there is. So the tasks share state without a lock, and may call anybody. They
 * must be short. Thread-safe.
 */
final class Serial implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(Serial.class);

    private final LogLimit logs;
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    /** Tasks that have not run. */
    private final AtomicInteger left = new AtomicInteger();

    Serial(LogLimit logs) {
        this.logs = logs;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (left.getAndIncrement() == 0) {
            do {
                run(tasks.poll());
            } while (left.decrementAndGet() > 0);
        }
    }

    /** The next task follows whatever this one throws. */
    private void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            logs.say(LOG, Level.ERROR, "cluster_task_failed", e);
        }
    }
}
