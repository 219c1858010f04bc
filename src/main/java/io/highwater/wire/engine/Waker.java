package io.highwater.wire.engine;

import java.util.concurrent.Executor;

/**
 * What may wake executors' threads for many sessions at once: a thread that selects reads from one
 * connection after the other, and each message of them is an executor's. The node's, and not a
 * transport's: whoever selects knows when it has seen to all. Thread-safe.
 */
@FunctionalInterface
public interface Waker {
    /** Each session wakes its executor for itself. */
    Waker AT_ONCE = (executor, wake) -> false;

    /**
     * On the thread that brought an event: has {@code wake}, which hands a task to {@code
     * executor}, called as soon as this thread has seen to other connections that are ready,
     * perhaps on one of the executor's. False, or an exception: nothing is called, the caller does
     * it at once.
     */
    boolean wakeSoon(Executor executor, Runnable wake);
}
