package io.highwater.wire;

import io.highwater.limits.Ledger;
import io.highwater.time.TimerWheel;
import java.util.concurrent.Executor;

/**
 * What all wires of a node share. Thread-safe.
 *
 * @param wheel deadlines of closing handshakes, and coarse time
 * @param buffers where bytes are read into
 * @param observer told of every opening and closing
 * @param ledger the accounts of what wires keep
 * @param requeue runs what hands a session to its executor's end of the queue, on no thread of that
 */
public record WireContext(
        TimerWheel wheel,
        ReadBuffers buffers,
        WireObserver observer,
        Ledger ledger,
        Executor requeue) {
    public WireContext(
            TimerWheel wheel, ReadBuffers buffers, WireObserver observer, Ledger ledger) {
        this(wheel, buffers, observer, ledger, new Requeue());
    }

    /** One whose wires may keep what they like. */
    public WireContext(TimerWheel wheel, ReadBuffers buffers, WireObserver observer) {
        this(wheel, buffers, observer, Ledger.unbounded());
    }
}
