package io.highwater.wire;

import io.highwater.handshake.RoutePolicy;
import java.util.concurrent.Executor;

/**
 * What is deployed at a path. Thread-safe.
 *
 * @param policy what its handshakes need
 * @param settings what bounds its wires
 * @param executor where a wire's callbacks run, one at a time each; {@link #SAME_THREAD} if they
 *     never block
 * @param acceptor makes the listener of each session
 */
public record Route(
        RoutePolicy policy, WireSettings settings, Executor executor, WireAcceptor acceptor) {
    /** Callbacks run on the thread that brought the event, a transport's or a sender's. */
    public static final Executor SAME_THREAD = Runnable::run;
}
