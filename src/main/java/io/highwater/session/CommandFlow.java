package io.highwater.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.outbound.SendQueue;
import io.highwater.wire.Wire;

/**
 * Decides when a session reads its next command: not while too many are unanswered, nor while the
 * client does not read the answers, which else would end it as a slow consumer for asking much. A
 * part of its session's object, as every session has one for all its life. Thread-safe.
 */
abstract class CommandFlow {
    private static final int MOST_UNANSWERED = 64;

    /** Commands that wait for the channels. */
    @GuardedBy("this")
    private int unanswered;

    /** Demand is due when one is answered. */
    @GuardedBy("this")
    private boolean held;

    abstract Wire wire();

    abstract SendQueue queue();

    /** A command's answer takes its time; {@link #answered} follows. */
    final synchronized void started() {
        unanswered++;
    }

    /**
     * Gives the answer of a command that was {@link #started}. Where that fails the session ends:
     * its client would wait for the answer, and in the end the session would read no more.
     */
    final void answer(Runnable reply) {
        try {
            reply.run();
        } catch (RuntimeException | Error e) {
            onUnanswered(e);
        } finally {
            answered();
        }
    }

    abstract void onUnanswered(Throwable cause);

    final void answered() {
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
    final void demand() {
        synchronized (this) {
            if (unanswered >= MOST_UNANSWERED) {
                held = true;
                return;
            }
        }
        if (queue().isWritable()) {
            wire().demand();
        } else {
            // Fails where the session is over, which needs no demand.
            queue().whenWritable().thenRun(wire()::demand);
        }
    }
}
