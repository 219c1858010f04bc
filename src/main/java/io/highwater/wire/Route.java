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
 * @param lifecycle which thread tells the listener of the opening and the end
 * @param acceptor makes the listener of each session
 * @param gate what accepted handshakes pass before they are answered; null for none
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

    /** Applies to wires whose executor is not {@link #SAME_THREAD}. */
    public enum Lifecycle {
        /**
         * The executor calls {@code onOpen} and {@code onClosed}, like the rest: they may block.
         */
        MAY_BLOCK,
        /**
         * The thread that brought the event calls them, which saves a connection two changes of
         * threads. {@code onOpen} never blocks; {@code onClosed} does not block after an end that
         * {@linkplain CloseStatus#isOrdinary is ordinary}, unless its listener {@linkplain
         * WireListener#closedMayBlock says so}.
         */
        NON_BLOCKING
    }

    /** Callbacks run on the thread that brought the event, a transport's or a sender's. */
    public static final Executor SAME_THREAD = Runnable::run;
}
