package io.highwater.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.outbound.SendQueue;
import io.highwater.wire.Wire;

/**
 * Decides when a session reads its next command: not while too many are unanswered, nor while a
 * rule is asked about the last one, which the next is not to overtake, nor while the client does
 * not read the answers, which else would end it as a slow consumer for asking much. A part of its
 * session's object, as every session has one for all its life. Thread-safe.
 */
abstract class CommandFlow {
    private static final short MOST_UNANSWERED = 64;

    /**
     * Commands that wait for the channels; one that waits for the rule counts as all that may. Less
     * than an int, as each session has one.
     */
    @GuardedBy("this")
    private short unanswered;

    /** Demand is due when one is answered. */
    @GuardedBy("this")
    private boolean held;

    /** A command goes on, as its rule has answered. */
    @GuardedBy("this")
    private boolean goingOn;

    abstract SessionState state();

    abstract void leaveChannels();

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
        fewer((short) 1);
    }

    /** A rule is asked about a command, and none behind it is read; {@link #goOn} follows. */
    final synchronized void asked() {
        unanswered += MOST_UNANSWERED;
    }

    /**
     * Goes on with a command that was {@link #asked} about, on whatever thread has the rule's
     * answer. If the session is over by now it is dropped; if its end comes meanwhile, what the
     * command has taken of the channels is left behind it.
     */
    final void goOn(Runnable command) {
        boolean due;
        synchronized (this) {
            due = state().takesCommands();
            goingOn = due;
        }
        try {
            if (due) {
                command.run();
            }
        } catch (RuntimeException | Error e) {
            onUnanswered(e);
        } finally {
            if (hasOutlived()) {
                leaveChannels();
            }
            fewer(MOST_UNANSWERED);
        }
    }

    /** Whether the session's end came meanwhile, and left the channels to the command. */
    private synchronized boolean hasOutlived() {
        boolean outlived = goingOn && state() == SessionState.CLOSED;
        goingOn = false;
        return outlived;
    }

    /** Whether a command is to leave the channels behind it; asked with the move to CLOSED. */
    final synchronized boolean isGoingOn() {
        return goingOn;
    }

    private void fewer(short commands) {
        boolean give;
        synchronized (this) {
            unanswered -= commands;
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
