package io.highwater.backbone.redis;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;

/**
 * Lets a few shards at once read their streams for the archive, since the pages are in no account.
 * The others wait in turn. Thread-safe.
 */
final class CatchUps {
    private static final int MOST = 4;

    @GuardedBy("this")
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();

    @GuardedBy("this")
    private int running;

    /**
     * Runs the task when it is its turn, at once or on the thread of another that ends; to be
     * followed by {@link #leave}. It must not block.
     */
    void enter(Runnable task) {
        synchronized (this) {
            if (running == MOST) {
                waiting.add(task);
                return;
            }
            running++;
        }
        task.run();
    }

    void leave() {
        Runnable next;
        synchronized (this) {
            next = waiting.poll();
            if (next == null) {
                running--;
                return;
            }
        }
        next.run();
    }
}
