package io.highwater.session;

import io.highwater.outbound.SendQueue;
import io.highwater.wire.Wire;

/**
 * Decides when a session reads its next command: not while too many are unanswered, nor while the
 * client does not read the answers, which else would end it as a slow consumer for asking much.
 * Thread-safe.
 */
final class CommandFlow {
    private static final int MOST_UNANSWERED = 64;

    private final Wire wire;
    private final SendQueue queue;

    /** Guarded by this: commands that wait for the channels. */
    private int unanswered;

    /** Guarded by this: demand is due when one is answered. */
    private boolean held;

    CommandFlow(Wire wire, SendQueue queue) {
        this.wire = wire;
        this.queue = queue;
    }

    /** A command's answer takes its time; {@link #answered} follows. */
    synchronized void started() {
        unanswered++;
    }

    void answered() {
        boolean give;
        synchronized (this) {
            unanswered--;
            give = held && unanswered < MOST_UNANSWERED;
            held &= !give;
        }
        if (give) {
            demand();
        }
    }

    /** The session is done with a command and takes the next. */
    void demand() {
        synchronized (this) {
            if (unanswered >= MOST_UNANSWERED) {
                held = true;
                return;
            }
        }
        if (queue.isWritable()) {
            wire.demand();
        } else {
            // Fails where the session is over, which needs no demand.
            queue.whenWritable().thenRun(wire::demand);
        }
    }
}
