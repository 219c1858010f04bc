package io.highwater.wire;

import io.highwater.handshake.RoutePolicy;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What is deployed at a path. Thread-safe.
 *
 * @param policy what its handshakes need
 * @param settings what bounds its wires
 * @param executor where a wire's callbacks run, one at a time each; {@link #SAME_THREAD} if they
 *     never block
 * @param lifecycle where its opening and its end are told
 * @param acceptor makes the listener of each session
 * @param gate what accepted handshakes pass before they are answered; null: nothing
 */
public record Route(
        RoutePolicy policy,
        WireSettings settings,
        Executor executor,
        Lifecycle lifecycle,
        WireAcceptor acceptor,
        @Nullable Gate gate) {
    /** A path without a gate. */
    public Route(
            RoutePolicy policy,
            WireSettings settings,
            Executor executor,
            Lifecycle lifecycle,
            WireAcceptor acceptor) {
        this(policy, settings, executor, lifecycle, acceptor, null);
    }

    /** Of a wire whose executor is not {@link #SAME_THREAD}. */
    public enum Lifecycle {
        /** By the executor, as all else is: {@code onOpen} and {@code onClosed} may block. */
        MAY_BLOCK,
        /**
         * By whoever brought it, which saves a connection two changes of threads: {@code onOpen}
         * never blocks, nor {@code onClosed} after an end that {@linkplain CloseStatus#isOrdinary
         * is ordinary}, unless its listener {@linkplain WireListener#closedMayBlock says so}.
         */
        NON_BLOCKING
    }

    /** Callbacks run on the thread that brought the event, a transport's or a sender's. */
    public static final Executor SAME_THREAD = Runnable::run;
}
