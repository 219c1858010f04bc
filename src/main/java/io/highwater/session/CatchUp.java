package io.highwater.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.channel.Missed;
import io.highwater.channel.Publication;
import io.highwater.channel.Turn;
import io.highwater.channel.TurnKind;
import io.highwater.outbound.OfferResult;
import io.highwater.outbound.OutboundTurn;
import io.highwater.outbound.Skipped;
import io.highwater.outbound.WaterMarks;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Lets a subscriber catch up that missed more than can be sent at once. Keeps a position in the
 * log. Whenever the subscriber's queue is at the low-water mark, it reads the next piece from the
 * log and offers it, until nothing is missing; then live turns continue where the log ended. What
 * the subscriber missed is kept only in the log, however slowly the subscriber reads.
 *
 * <p>Thread-safe.
 */
final class CatchUp {
    // The thread that moved the phase to READING is the only one that reads and offers, until it
    // moves the phase on. The catch-up is over at one position: everything up to there was read
    // from the log and offered. A turn that was under way while the log was read may bring some of
    // that again; that part is cut off.

    private enum Phase {
        /** No thread reads. */
        RESTING,
        READING,

        /** The queue is above its low-water mark and reports when it no longer is. */
        WAITING,

        /**
         * A gap must be reported but the log had no message after it; the next live turn has one.
         */
        WAITING_FOR_NEWS,

        /** Everything is offered: live turns go straight to the queue. */
        OVER,

        /** The session or the subscription is over. */
        STOPPED
    }

    private final Subscription subscription;
    private final WaterMarks marks;

    @GuardedBy("this")
    private Phase phase = Phase.RESTING;

    /** Written together with the phase; read under the queue's lock. */
    private volatile boolean stopped;

    /** Everything up to here is offered. */
    @GuardedBy("this")
    private Cursor reached;

    /** The end of the snapshot; null once it is reached, or if there is no snapshot. */
    @GuardedBy("this")
    private @Nullable Cursor snapshotEnd;

    /** The newest publication since the catch-up began; still to be read from the log. */
    @GuardedBy("this")
    private @Nullable Cursor newest;

    /** Bytes that were published since the catch-up began and are not offered yet. */
    @GuardedBy("this")
    private long liveBytes;

    /** Whether live turns are beyond {@link #reached}. */
    @GuardedBy("this")
    private boolean passed;

    /** Whether the log has already trimmed what comes next. */
    @GuardedBy("this")
    private boolean overtaken;

    /** The last position before a gap that is not reported yet; null if there is no such gap. */
    @GuardedBy("this")
    private @Nullable Cursor offered;

    private final Cursor served;

    /**
     * @param reached the subscriber has everything up to here
     * @param served no turn will bring the subscriber anything up to here
     */
    CatchUp(
            Subscription subscription,
            Cursor reached,
            Cursor served,
            TurnKind kind,
            WaterMarks marks) {
        this.subscription = subscription;
        this.reached = reached;
        this.served = served;
        this.snapshotEnd = kind == TurnKind.SNAPSHOT ? served : null;
        this.marks = marks;
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

    /**
     * Returns the part of a live turn that is to be offered now, or null. Until the catch-up is
     * over, publications are left to the log, except late ones: their positions may lie before what
     * is still to be read.
     */
    @Nullable Turn<OutboundTurn<Position>> live(Turn<OutboundTurn<Position>> turn) {
        boolean hurry;
        synchronized (this) {
            if (phase == Phase.OVER) {
                passed = turn.beyond(reached) == null;
                return turn.after(reached);
            } else if (phase == Phase.STOPPED) {
                return null;
            }
            for (Publication<OutboundTurn<Position>> publication : turn.publications()) {
                if (publication.entry().late()) {
                    continue;
                }
                Position position = publication.entry().position();
                newest = newest == null ? position : newest.with(position);
                liveBytes += publication.frame().joined().bytes();
            }
            // Too slow for what is published: from here on the queue's own policy acts.
            hurry =
                    phase == Phase.WAITING_FOR_NEWS
                            || (phase == Phase.WAITING && isLiveAboveHigh());
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
     * Whether everything is offered and live turns have reached the position the log was read to.
     */
    synchronized boolean isPassed() {
        return passed;
    }

    /** The subscription is over. */
    void stop() {
        ends();
    }

    /** Returns true for the first caller only, which then reports what there is to report. */
    private synchronized boolean ends() {
        boolean first = phase != Phase.STOPPED;
        phase = Phase.STOPPED;
        stopped = true;
        return first;
    }

    /** The queue has room again. */
    private void resume() {
        synchronized (this) {
            if (phase != Phase.WAITING) {
                return;
            }
            phase = Phase.READING;
        }
        readOn();
    }

    private void readOn() {
        guarded(this::readPieces);
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
                        (missed, failure) ->
                                guarded(
                                        () -> {
                                            if (take(missed)) {
                                                readPieces();
                                            }
                                        }));
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
            after = reached;
            until = snapshotEnd;
            fromOldest = overtaken;
        }
        return (fromOldest ? subscription.fromOldest(after) : subscription.after(after, until))
                .toCompletableFuture();
    }

    /** Returns false if it has to wait for the queue, or if the queue is closed. */
    private boolean isToRead() {
        if (subscription.queue().isWritable()) {
            return true;
        }
        synchronized (this) {
            if (phase == Phase.READING && isLiveAboveHigh()) {
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
        writable.thenRun(this::resume);
        return false;
    }

    /**
     * Offers a piece.
     *
     * @param missed null if the log can't be read
     * @return whether to read on
     */
    private boolean take(@Nullable Missed<OutboundTurn<Position>> missed) {
        if (missed == null || (missed.trimmed() && !subscription.takesGaps())) {
            if (ends()) {
                subscription.onOvertaken();
            }
            return false;
        }
        if (missed.trimmed()) {
            synchronized (this) {
                overtaken = true;
                offered = offered == null ? reached : offered;
                snapshotEnd = null;
            }
            return true;
        }
        if (!missed.publications().isEmpty() && offer(missed) == OfferResult.CLOSED) {
            stop();
            return false;
        }
        return goesOn(missed);
    }

    private OfferResult offer(Missed<OutboundTurn<Position>> missed) {
        OutboundTurn<Position> turn = TurnFrames.join(missed.publications());
        Skipped<Position> skipped = skipped(missed.publications().get(0).entry().position());
        return subscription.offerMissed(() -> stopped, turn, skipped);
    }

    /** With LATEST, what the log has trimmed is reported like what the queue drops. */
    private synchronized @Nullable Skipped<Position> skipped(Position next) {
        Position before = offered == null ? null : offered.at(next.origin());
        offered = null;
        if (before == null || before.generation() != next.generation()) {
            return null;
        }
        long first = before.channelSequence() + 1;
        long last = next.channelSequence() - 1;
        return last < first
                ? null
                : new Skipped<>(at(before, first), at(next, last), last - first + 1);
    }

    private static Position at(Position near, long channelSequence) {
        return new Position(
                near.origin(), near.generation(), near.shardSequence(), channelSequence);
    }

    private synchronized boolean goesOn(Missed<OutboundTurn<Position>> missed) {
        if (phase != Phase.READING) {
            return false;
        }
        reached = missed.reached();
        overtaken = false;
        for (Publication<OutboundTurn<Position>> publication : missed.publications()) {
            if (!served.covers(publication.entry().position())) {
                liveBytes -= publication.frame().joined().bytes();
            }
        }
        if (!missed.isLast()) {
            return true;
        }
        if (snapshotEnd != null) {
            snapshotEnd = null;
        }
        if (newest != null && !reached.covers(newest)) {
            return true;
        }
        // If a gap is still to be reported, the log stays in use until a message follows the gap.
        phase = offered == null ? Phase.OVER : Phase.WAITING_FOR_NEWS;
        return false;
    }

    @GuardedBy("this")
    private boolean isLiveAboveHigh() {
        return liveMessages() > marks.highMessages() || liveBytes > marks.highBytes();
    }

    /** The number of messages published since the catch-up began that are not offered yet. */
    @GuardedBy("this")
    private long liveMessages() {
        long messages = 0;
        if (newest != null) {
            Cursor from = reached.max(served);
            for (Position last : newest.positions()) {
                Position before = from.at(last.origin());
                messages += last.channelSequence();
                if (before != null && before.generation() == last.generation()) {
                    messages -= before.channelSequence();
                }
            }
        }
        return messages;
    }
}
