package io.highwater.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.channel.Missed;
import io.highwater.channel.Turn;
import io.highwater.outbound.OfferResult;
import io.highwater.outbound.OutboundTurn;
import io.highwater.outbound.SendCompletion;
import io.highwater.outbound.Skipped;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Lets a subscriber catch up that is behind: it came back and missed more than can be sent at once,
 * or it was demoted. Keeps a position in the log. Whenever the subscriber's queue is at the
 * low-water mark, it reads the next piece from the log and offers it, until nothing is missing;
 * then live turns continue where the log ended. What the subscriber missed is kept only in the log,
 * however slowly the subscriber reads.
 *
 * <p>Thread-safe.
 */
final class CatchUp {
    // The thread that moved the phase to READING is the only one that reads and offers, until it
    // moves the phase on. The catch-up is over at one position: everything up to there was read
    // from the log and offered. A turn that was under way while the log was read may bring some of
    // that again; that part is cut off.
    //
    // Under DEMOTE the queue may give up what it was offered. It says so under its lock, and takes
    // nothing more until the thread that reads has gone back. Whoever made the queue give up calls
    // onCut afterwards. So either that call finds the catch-up OVER and lets it read again, or the
    // thread that reads finds, before it moves the phase on, that the queue has given up.

    private enum Phase {
        /** No thread reads. */
        RESTING,
        READING,

        /** The queue is above its low-water mark and reports when it no longer is. */
        WAITING,

        /** DEMOTE: the last piece is still in the queue, which reports when it has left. */
        SENDING,

        /** The log could not be read, and is asked again in a moment. */
        PAUSING,

        /**
         * A gap must be reported but the log had no message after it; the next live turn has one.
         */
        WAITING_FOR_NEWS,

        /** Everything is offered: live turns go straight to the queue. */
        OVER,

        /** The subscription has forgotten this: nothing is left to cut off. */
        RETIRED,

        /** The session or the subscription is over. */
        STOPPED;

        boolean isBehind() {
            return this != OVER && this != RETIRED && this != STOPPED;
        }
    }

    /**
     * Heap that a catch-up takes: 32 for itself, 48 for {@link Missing}, its positions 120, what
     * waits for the log or the queue 120. Measured.
     */
    private static final int BYTES = 320;

    private final Subscription subscription;

    @GuardedBy("this")
    private Phase phase = Phase.RESTING;

    /** Written together with the phase; read under the queue's lock. */
    private volatile boolean stopped;

    @GuardedBy("this")
    private final Missing missing;

    /** Whether live turns are beyond the place where the log was left. */
    @GuardedBy("this")
    private boolean passed;

    /** DEMOTE: whether a piece is in the queue. */
    @GuardedBy("this")
    private boolean sending;

    /** DEMOTE: whether the queue gave up messages since live turns last went to it. */
    @GuardedBy("this")
    private boolean demoted;

    /** Whether the observer was told that this subscriber is demoted. */
    @GuardedBy("this")
    private boolean told;

    CatchUp(Subscription subscription, Missing missing) {
        this.subscription = subscription;
        this.missing = missing;
        subscription.queue().charge(BYTES);
    }

    /** Offers what the queue takes now; the rest follows without another call. */
    void run() {
        synchronized (this) {
            if (phase != Phase.RESTING) {
                return;
            }
            phase = Phase.READING;
        }
        readOn();
    }

    /** The log is to bring everything up to here: no turn will bring it. */
    void extend(Cursor served) {
        synchronized (this) {
            missing.published(served);
            if (phase != Phase.OVER) {
                return;
            }
            phase = Phase.READING;
        }
        readOn();
    }

    /**
     * The queue has given up messages, and says which when it is asked. False if this is forgotten
     * already: another catch-up has to read them.
     */
    boolean onCut() {
        synchronized (this) {
            if (phase == Phase.RETIRED) {
                return false;
            }
            if (phase != Phase.OVER && phase != Phase.RESTING) {
                return true;
            }
            phase = Phase.READING;
        }
        readOn();
        return true;
    }

    /**
     * Returns the part of a live turn that is to be offered now, or null. Until the catch-up is
     * over, publications are left to the log, except late ones: their positions may lie before what
     * is still to be read.
     */
    @Nullable Turn<OutboundTurn<Position>> live(Turn<OutboundTurn<Position>> turn) {
        boolean hurry;
        synchronized (this) {
            if (phase == Phase.OVER) {
                passed = turn.beyond(missing.reached()) == null;
                return turn.after(missing.reached());
            } else if (phase == Phase.STOPPED) {
                return null;
            }
            missing.published(turn);
            hurry = phase == Phase.WAITING_FOR_NEWS || (phase == Phase.WAITING && isTooFarBehind());
            if (hurry) {
                phase = Phase.READING;
            }
        }
        if (hurry) {
            readOn();
        }
        return turn.late();
    }

    /**
     * True once live turns have reached the place where the log was left: then nothing is left to
     * do, and this must not be called again.
     */
    synchronized boolean retire() {
        if (phase != Phase.OVER || !passed || subscription.isCut()) {
            return false;
        }
        phase = Phase.RETIRED;
        subscription.queue().charge(-BYTES);
        return true;
    }

    synchronized boolean isRetired() {
        return phase == Phase.RETIRED;
    }

    /** The subscription is over. */
    void stop() {
        ends();
    }

    /** Returns true for the first caller only, which then reports what there is to report. */
    private boolean ends() {
        boolean first;
        synchronized (this) {
            if (phase != Phase.STOPPED && phase != Phase.RETIRED) {
                subscription.queue().charge(-BYTES);
            }
            first = phase != Phase.STOPPED;
            phase = Phase.STOPPED;
            stopped = true;
        }
        tell();
        return first;
    }

    /** The phase is over in which no thread read. */
    private void resume(Phase from) {
        synchronized (this) {
            if (phase != from) {
                return;
            }
            phase = Phase.READING;
        }
        readOn();
    }

    private void readOn() {
        guarded(this::readPieces);
        tell();
    }

    /** Stops the catch-up on any exception, so that the subscriber does not wait without end. */
    private void guarded(Runnable reading) {
        try {
            reading.run();
        } catch (RuntimeException | Error e) {
            if (ends()) {
                subscription.onFailed(e);
            }
        }
    }

    private void readPieces() {
        while (isToRead()) {
            CompletableFuture<Missed<OutboundTurn<Position>>> read = read();
            if (!read.isDone()) {
                read.whenComplete(
                        (missed, failure) -> {
                            guarded(
                                    () -> {
                                        if (take(missed)) {
                                            readPieces();
                                        }
                                    });
                            tell();
                        });
                return;
            }
            if (!take(read.isCompletedExceptionally() ? null : read.join())) {
                return;
            }
        }
    }

    private CompletableFuture<Missed<OutboundTurn<Position>>> read() {
        Cursor after;
        Cursor until;
        boolean fromOldest;
        synchronized (this) {
            after = missing.reached();
            until = missing.until();
            fromOldest = missing.isOvertaken();
        }
        return (fromOldest ? subscription.fromOldest(after) : subscription.after(after, until))
                .toCompletableFuture();
    }

    /** Returns false if it has to wait for the queue, or if the queue is closed. */
    private boolean isToRead() {
        synchronized (this) {
            if (phase != Phase.READING) {
                return false;
            }
            goBack();
            if (sending) {
                phase = Phase.SENDING;
                return false;
            }
        }
        if (subscription.queue().isWritable()) {
            return true;
        }
        synchronized (this) {
            if (phase == Phase.READING && isTooFarBehind()) {
                return true;
            }
        }
        CompletableFuture<@Nullable Void> writable =
                subscription.queue().whenWritable().toCompletableFuture();
        if (writable.isCompletedExceptionally()) {
            stop();
            return false;
        }
        if (writable.isDone()) {
            return true;
        }
        synchronized (this) {
            if (phase != Phase.READING) {
                return false;
            }
            phase = Phase.WAITING;
        }
        writable.thenRun(() -> resume(Phase.WAITING));
        return false;
    }

    /** Too slow for what is published: from here on the queue's own policy acts. */
    @GuardedBy("this")
    private boolean isTooFarBehind() {
        return !subscription.isDemotable() && missing.isLiveAbove(subscription.marks());
    }

    /** Goes back to what the queue has given up, if anything. */
    @GuardedBy("this")
    private void goBack() {
        if (subscription.takeCut(missing)) {
            demoted = true;
        }
    }

    /**
     * Offers a piece.
     *
     * @param missed null if the log can't be read
     * @return whether to read on
     */
    private boolean take(@Nullable Missed<OutboundTurn<Position>> missed) {
        if (missed == null && subscription.isDemotable()) {
            return pause();
        }
        if (missed == null || (missed.trimmed() && !subscription.takesGaps())) {
            if (ends()) {
                subscription.onOvertaken();
            }
            return false;
        }
        if (missed.trimmed()) {
            missed.release();
            synchronized (this) {
                missing.trimmed();
            }
            return true;
        }
        return switch (offer(missed)) {
            case ACCEPTED, ABOVE_HIGH_WATER -> goesOn(missed);
            case DROPPED -> true; // The queue has given up what comes before it.
            case CLOSED -> {
                stop();
                yield false;
            }
        };
    }

    private OfferResult offer(Missed<OutboundTurn<Position>> missed) {
        OutboundTurn<Position> turn = missed.frames();
        Position first = missed.first();
        if (turn == null || first == null) {
            return offerGap(missed.reached());
        }
        Skipped<Position> skipped;
        boolean snapshot;
        synchronized (this) {
            skipped = missing.takeGapBefore(first, missed.previous());
            snapshot = missing.until() != null;
            sending = subscription.isDemotable() && !snapshot;
        }
        return snapshot
                ? subscription.offerSnapshot(this, turn)
                : subscription.offerMissed(this, turn, skipped, new Sending(missed));
    }

    /** A piece on its way to the client. */
    private final class Sending implements SendCompletion {
        private final Missed<OutboundTurn<Position>> missed;

        Sending(Missed<OutboundTurn<Position>> missed) {
            this.missed = missed;
        }

        @Override
        public void onWritten() {
            left();
        }

        @Override
        public void onFailed(Throwable cause) {
            left();
        }

        private void left() {
            // Its own next piece before those of others.
            onLeft();
            missed.release();
        }
    }

    /** Under LATEST a gap is reported with the message after it. */
    private OfferResult offerGap(Cursor top) {
        Skipped<Position> skipped = null;
        synchronized (this) {
            if (subscription.isDemotable()) {
                skipped = missing.takeGapUpTo(top);
            }
        }
        return skipped == null ? OfferResult.ACCEPTED : subscription.offerGap(this, skipped);
    }

    /** Whether nothing must be offered any more. Asked under the queue's lock. */
    boolean isStopped() {
        return stopped;
    }

    /** The piece has left the queue. */
    private void onLeft() {
        synchronized (this) {
            sending = false;
        }
        resume(Phase.SENDING);
    }

    private boolean goesOn(Missed<OutboundTurn<Position>> missed) {
        synchronized (this) {
            if (phase != Phase.READING) {
                return false;
            }
            boolean further = missing.offered(missed);
            if (missing.isAll() && !subscription.isCut()) {
                // If a gap is still to be reported, the log stays in use until a message follows
                // the gap.
                phase = missing.hasGap() ? Phase.WAITING_FOR_NEWS : Phase.OVER;
                return false;
            }
            if (further) {
                return true;
            }
        }
        return pause();
    }

    /** The log does not have now what it should: it is asked again in a moment. */
    private boolean pause() {
        synchronized (this) {
            if (phase != Phase.READING) {
                return false;
            }
            phase = Phase.PAUSING;
        }
        subscription.later(() -> resume(Phase.PAUSING));
        return false;
    }

    /** Tells the observer whether the subscriber is demoted, if that has changed. */
    private void tell() {
        int change;
        synchronized (this) {
            demoted &= phase.isBehind();
            change = (demoted ? 1 : 0) - (told ? 1 : 0);
            told = demoted;
        }
        if (change != 0) {
            subscription.onDemoted(change);
        }
    }
}
