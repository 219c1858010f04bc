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
 * A subscriber that missed more than goes out at once: keeps a position, and takes the next piece
 * from the log when its queue is at the low-water mark, until it has all; then live turns go on
 * where the log ended. What it has missed is nowhere but in the log, however slowly it reads.
 *
 * <p>Thread-safe.
 */
final class CatchUp {
    // Who moved the phase to READING is the only one to read and offer, until it moves the phase
    // on. It is over at a floor: all up to there was read from the log and offered. A turn may
    // bring some of that once more, as it was under way while the log was read, and is cut.

    private enum Phase {
        /** Nobody reads. */
        RESTING,
        READING,

        /** The queue is above its low-water mark and will say when it isn't. */
        WAITING,

        /** The log had nothing to follow a gap; the next live turn has. */
        WAITING_FOR_NEWS,

        /** All is offered: live turns go on. */
        OVER,

        /** The session or the subscription is over. */
        STOPPED
    }

    private final Subscription subscription;
    private final WaterMarks marks;

    @GuardedBy("this")
    private Phase phase = Phase.RESTING;

    /** Written with the phase; read under the queue's lock. */
    private volatile boolean stopped;

    /** Up to where all is offered. */
    @GuardedBy("this")
    private Cursor reached;

    /** The end of the snapshot; null once that is reached, or there is none. */
    @GuardedBy("this")
    private @Nullable Cursor snapshotEnd;

    /** What was published last since it began, to be read from the log. */
    @GuardedBy("this")
    private @Nullable Cursor newest;

    /** Bytes that were published since it began and are not offered. */
    @GuardedBy("this")
    private long liveBytes;

    /** Live turns are beyond {@link #reached}. */
    @GuardedBy("this")
    private boolean passed;

    /** The log has let go what comes next. */
    @GuardedBy("this")
    private boolean overtaken;

    /** Up to where all came, until what was let go after it is told. */
    @GuardedBy("this")
    private @Nullable Cursor offered;

    private final Cursor served;

    /**
     * @param reached up to where the subscriber has all
     * @param served up to where no turn will bring it anything
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

    /** Takes what the queue takes now; the rest follows by itself. */
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
     * A live turn: what of it is to be offered now, if anything. What comes before all is offered
     * is left to the log, but for what is late: that may lie before what is still to be read.
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
            // From here on the queue's own policy acts: it is too slow for what is published.
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

    /** Whether all is offered, and live turns have come to where the log was read to. */
    synchronized boolean isPassed() {
        return passed;
    }

    /** The subscription is over. */
    void stop() {
        ends();
    }

    /** True for the first who says so: what it has to tell, it tells. */
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

    /** Whatever is thrown, the subscriber does not wait for ever for what it missed. */
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

    /** False where the queue has to be waited for, or is over. */
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
     * @param missed null where the log can't be read
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

    /** LATEST: what the log has let go is told, as what the queue drops is. */
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
        // Where a gap is still to be told, the log goes on until a message is there to follow it.
        phase = offered == null ? Phase.OVER : Phase.WAITING_FOR_NEWS;
        return false;
    }

    @GuardedBy("this")
    private boolean isLiveAboveHigh() {
        return liveMessages() > marks.highMessages() || liveBytes > marks.highBytes();
    }

    /** How many were published since it began and are not offered. */
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
