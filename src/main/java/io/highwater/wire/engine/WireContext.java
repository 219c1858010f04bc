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
 * @param waker hands sessions over that a transport's thread has read from
 * @param requeue runs what hands a session to its executor's end of the queue, on no thread of that
 * @param logs what peers may cause in the log
 * @param lingering what is held of sessions that are over
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
    /** A node's. */
    public WireContext(
            TimerWheel wheel,
            ReadBuffers buffers,
            WireObserver observer,
            Ledger ledger,
            Waker waker,
            LogLimit logs) {
        this(wheel, buffers, observer, ledger, waker, new Requeue(), logs, new Lingering(ledger));
    }

    /** One whose wires are woken one by one, and may keep and log what they like. */
    public WireContext(TimerWheel wheel, ReadBuffers buffers, WireObserver observer) {
        this(wheel, buffers, observer, Ledger.unbounded(), Waker.AT_ONCE, LogLimit.none());
    }
}
