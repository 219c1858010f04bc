package io.highwater.testing;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/** Runs nothing until it is told to, then on the caller's thread. Confined to its test. */
public final class ManualExecutor implements Executor {
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();

    @Override
    public void execute(Runnable command) {
        waiting.add(command);
    }

    /** Runs what waits, and what that brings. */
    public void runAll() {
        for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
            next.run();
        }
    }
}
