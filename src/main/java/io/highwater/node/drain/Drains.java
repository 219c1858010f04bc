package io.highwater.node.drain;

import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The drains of a node: of all sessions when the node stops, and of a deployment's sessions when it
 * is removed. Thread-safe.
 */
public final class Drains implements AutoCloseable {
    private final Duration window;
    private final Duration closeTimeout;
    private final TimerWheel wheel;

    /** The futures of drains under way. */
    private final Set<CompletableFuture<Void>> waiting = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;

    /**
     * @param window the time over which sessions are closed; 0 closes all at once
     * @param closeTimeout how long a client may take to answer
     */
    public Drains(Duration window, Duration closeTimeout, TimerWheel wheel) {
        this.window = window;
        this.closeTimeout = closeTimeout;
        this.wheel = wheel;
    }

    /**
     * Begins to close these sessions with 1012, over the window. Returns at once.
     *
     * @return completes when no session is left, when the slowest session has had the close timeout
     *     to answer, or when the node ends; never with an exception. Dependent actions run on the
     *     timer thread and must not block
     */
    public CompletableFuture<Void> start(List<SessionGroup> sessions) {
        Drain drain = new Drain(sessions, window, closeTimeout, wheel);
        CompletableFuture<Void> done = drain.done();
        waiting.add(done);
        done.thenRun(() -> waiting.remove(done));
        drain.start();
        if (closed) {
            done.complete(null);
        }
        return done;
    }

    /** Releases all callers that wait for a drain, since the node's timers are about to end. */
    @Override
    public void close() {
        closed = true;
        waiting.forEach(done -> done.complete(null));
    }
}
