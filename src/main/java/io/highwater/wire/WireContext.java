package io.highwater.wire;

import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import io.highwater.time.TimerWheel;
import java.util.concurrent.Executor;

/**
 * What all wires of a node share. Thread-safe.
 *
 * @param wheel deadlines of closing handshakes, and coarse time
 * @param buffers where bytes are read into
 * @param observer told of every opening, closing and message
 * @param ledger the accounts of what wires keep
 * @param requeue runs what hands a session to its executor's end of the queue, on no thread of that
 * @param logs what peers may cause in the log
 * @param lingering what is held of sessions that are over
 */
public record WireContext(
        TimerWheel wheel,
        ReadBuffers buffers,
        WireObserver observer,
        Ledger ledger,
        Executor requeue,
        LogLimit logs,
        Lingering lingering) {
    WireContext(
            TimerWheel wheel,
            ReadBuffers buffers,
            WireObserver observer,
            Ledger ledger,
            Executor requeue,
            LogLimit logs) {
        this(wheel, buffers, observer, ledger, requeue, logs, new Lingering(ledger));
    }

    public WireContext(
            TimerWheel wheel,
            ReadBuffers buffers,
            WireObserver observer,
            Ledger ledger,
            LogLimit logs) {
        this(wheel, buffers, observer, ledger, new Requeue(), logs);
    }

    /** One whose wires may keep and log what they like. */
    public WireContext(TimerWheel wheel, ReadBuffers buffers, WireObserver observer) {
        this(wheel, buffers, observer, Ledger.unbounded(), LogLimit.none());
    }
}
