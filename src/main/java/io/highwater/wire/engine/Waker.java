package io.highwater.wire.engine;

import java.util.concurrent.Executor;

/**
 * Wakes executors' threads for many sessions at once: a thread that selects reads from one
 * connection after the other, and hands each of their messages to an executor. It belongs to the
 * node and not to a transport: the thread that selects knows when it has seen to all connections.
 * Thread-safe.
 */
@FunctionalInterface
public interface Waker {
    /** Each session wakes its executor by itself. */
    Waker AT_ONCE = (executor, wake) -> false;

    /**
     * Called on the thread that brought an event. Has {@code wake}, which hands a task to {@code
     * executor}, called as soon as this thread has seen to other connections that are ready,
     * perhaps on one of the executor's threads. False, or an exception: nothing is called, and the
     * caller calls {@code wake} at once.
     */
    boolean wakeSoon(Executor executor, Runnable wake);
}
