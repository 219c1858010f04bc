package io.highwater.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.outbound.SendQueue;
import io.highwater.wire.Wire;

/**
 * Decides when a session reads its next command. It waits while too many commands are unanswered;
 * while a rule is asked about the last command, which the next one must not overtake; and while the
 * client does not read its answers, since otherwise a client that asks a lot would be ended as a
 * slow consumer. A superclass of the session and not an object of its own, since every session
 * needs one for its whole life. Thread-safe.
 */
abstract class CommandFlow {
    private static final short MOST_UNANSWERED = 64;

    /**
     * Commands that wait for the channels. A command that waits for its rule counts as {@link
     * #MOST_UNANSWERED}. A short and not an int, because every session has one.
     */
    @GuardedBy("this")
    private short unanswered;

    /** Demand is due as soon as a command is answered. */
    @GuardedBy("this")
    private boolean held;

    /** A command continues because its rule has answered. */
    @GuardedBy("this")
    private boolean goingOn;

    abstract SessionState state();

    abstract void leaveChannels();

    abstract Wire wire();

    abstract SendQueue queue();

    /** A command was started whose answer comes later; {@link #answered} follows. */
    final synchronized void started() {
        unanswered++;
    }

    /**
     * Sends the answer of a command that was {@link #started}. If that fails, the session ends:
     * otherwise its client would wait for the answer, and the session would finally stop reading.
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

    /** A rule is asked about a command and no later command is read; {@link #goOn} follows. */
    final synchronized void asked() {
        unanswered += MOST_UNANSWERED;
    }

    /**
     * Continues a command that was {@link #asked} about, on the thread that has the rule's answer.
     * If the session is over by now, the command is dropped. If the session ends while the command
     * runs, the channels that the command joined are left after it.
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

    /** Whether the session ended meanwhile and left it to the command to leave the channels. */
    private synchronized boolean hasOutlived() {
        boolean outlived = goingOn && state() == SessionState.CLOSED;
        goingOn = false;
        return outlived;
    }

    /** Whether a command must leave the channels when it is done; asked with the move to CLOSED. */
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

    /** The session is done with a command and can take the next one. */
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
            // Fails if the session is over, which needs no demand.
            queue().whenWritable().thenRun(wire()::demand);
        }
    }
}
