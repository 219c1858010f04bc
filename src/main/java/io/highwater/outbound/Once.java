package io.highwater.outbound;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A task that runs once at most: an executor may say that it does not take it, and run it all the
 * same.
 */
final class Once extends AtomicBoolean implements Runnable {
    private static final long serialVersionUID = 1;

    private final transient Runnable task;

    Once(Runnable task) {
        this.task = task;
    }

    @Override
    public void run() {
        if (compareAndSet(false, true)) {
            task.run();
        }
    }
}
