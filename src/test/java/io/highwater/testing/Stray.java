package io.highwater.testing;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A place of the product that calls a fake: it throws there once, when it is armed. Thread-safe.
 */
public final class Stray {
    /** What may come out of what others wrote, but for a lack of memory. */
    public enum Kind {
        EXCEPTION,
        ERROR;

        private void raise() {
            if (this == EXCEPTION) {
                throw new RejectedExecutionException("thrown by a test");
            }
            throw new NoClassDefFoundError("thrown by a test");
        }
    }

    private final AtomicReference<Kind> armed = new AtomicReference<>();

    /** The next call throws. */
    public void arm(Kind kind) {
        armed.set(kind);
    }

    /** Whether it has thrown since it was armed, or was not. */
    public boolean isSpent() {
        return armed.get() == null;
    }

    public void call() {
        Kind kind = armed.getAndSet(null);
        if (kind != null) {
            kind.raise();
        }
    }

    /** An executor that throws instead of taking a task. */
    public Executor refusing(Executor executor) {
        return task -> {
            call();
            executor.execute(task);
        };
    }

    /** An executor that throws though it has taken the task. */
    public Executor refusingTooLate(Executor executor) {
        return task -> {
            executor.execute(task);
            call();
        };
    }
}
