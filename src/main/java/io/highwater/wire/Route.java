package io.highwater.wire;

import io.highwater.handshake.RoutePolicy;
import java.util.concurrent.Executor;

/**
 * What is deployed at a path. Thread-safe.
 *
 * @param policy what its handshakes need
 * @param settings what bounds its wires
 * @param executor where a wire's callbacks run, one at a time each; it must not run them on the
 *     calling thread if they may block
 * @param acceptor makes the listener of each session
 */
public record Route(
        RoutePolicy policy, WireSettings settings, Executor executor, WireAcceptor acceptor) {}
