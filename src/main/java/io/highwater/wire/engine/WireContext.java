package io.highwater.wire.engine;

import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import io.highwater.time.TimerWheel;
import io.highwater.wire.WireObserver;
import java.util.concurrent.Executor;

/**
 * What all wires of a node share. Thread-safe.
 *
 * @param wheel deadlines of closing handshakes, and coarse time
 * @param buffers where bytes are read into
 * @param observer told of every opening, closing and message
 * @param ledger the accounts of what wires keep
 * @param waker wakes the executors of sessions that a transport's thread has read from
 * @param requeue runs the tasks that put a session at the end of its executor's queue, on threads
 *     that do not belong to that executor
 * @param logs limits what peers can cause in the log
 * @param lingering charges what transports hold of sessions that are over
 */
public record WireContext(
        TimerWheel wheel,
        ReadBuffers buffers,
        WireObserver observer,
        Ledger ledger,
        Waker waker,
        Executor requeue,
        LogLimit logs,
        Lingering lingering) {
    /** The context of a node. */
    public WireContext(
            TimerWheel wheel,
            ReadBuffers buffers,
            WireObserver observer,
            Ledger ledger,
            Waker waker,
            LogLimit logs) {
        this(wheel, buffers, observer, ledger, waker, new Requeue(), logs, new Lingering(ledger));
    }

    /**
     * A context that wakes each wire by itself and limits neither what wires keep nor what they
     * log.
     */
    public WireContext(TimerWheel wheel, ReadBuffers buffers, WireObserver observer) {
        this(wheel, buffers, observer, Ledger.unbounded(), Waker.AT_ONCE, LogLimit.none());
    }
}
