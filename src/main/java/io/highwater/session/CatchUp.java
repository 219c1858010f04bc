package io.highwater.session;

import io.highwater.backbone.Position;
import io.highwater.channel.Publication;
import io.highwater.outbound.OfferResult;
import io.highwater.outbound.OutboundTurn;
import io.highwater.outbound.WaterMarks;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a subscriber missed, and what is published while it gets that: goes to the session's queue
 * in pieces, the next when the queue is at its low-water mark. Whoever resumes may have missed ten
 * times the high-water mark; offered at once, that would evict a client that reads as fast as it
 * can, again at each attempt. Thread-safe.
 */
final class CatchUp {
    // Who moved the phase to OFFERING is the only one to offer, until it moves the phase on.

    private enum Phase {
        /** Nobody offers. */
        RESTING,
        OFFERING,

        /** The queue is above its low-water mark and will say when it isn't. */
        WAITING,

        /** All is offered, or the session or the subscription is over. */
        OVER
    }

    private final Subscription subscription;
    private final WaterMarks marks;

    /** Guarded by this. */
    private Phase phase = Phase.RESTING;

    /** Guarded by this. */
    private final ArrayDeque<Publication<OutboundTurn<Position>>> behind = new ArrayDeque<>();

    /** Guarded by this: what was published since the catching up began. */
    private int liveMessages;

    /** Guarded by this. */
    private long liveBytes;

    CatchUp(Subscription subscription, WaterMarks marks) {
        this.subscription = subscription;
        this.marks = marks;
    }

    /** Whether so much at once needs pieces. */
    static boolean isNeeded(List<Publication<OutboundTurn<Position>>> missed, WaterMarks marks) {
        long bytes = 0;
        for (Publication<OutboundTurn<Position>> publication : missed) {
            bytes += bytesOf(publication);
        }
        return missed.size() > pieceMessages(marks) || bytes > pieceBytes(marks);
    }

    /** What came before the subscription. */
    synchronized void addMissed(List<Publication<OutboundTurn<Position>>> missed) {
        behind.addAll(missed);
    }

    /** What is live, to follow the rest. False where there is no rest: it may be offered itself. */
    synchronized boolean addLive(List<Publication<OutboundTurn<Position>>> live) {
        if (phase == Phase.OVER) {
            return false;
        }
        behind.addAll(live);
        liveMessages += live.size();
        for (Publication<OutboundTurn<Position>> publication : live) {
            liveBytes += bytesOf(publication);
        }
        return true;
    }

    /** The subscription is over. */
    synchronized void stop() {
        phase = Phase.OVER;
        behind.clear();
    }

    /** Offers what the queue takes now; the rest follows by itself. */
    void run() {
        if (begin()) {
            offerPieces();
        }
    }

    private synchronized boolean begin() {
        // The live ones alone are above the mark: from here on the queue's own policy acts.
        boolean mayBegin = phase == Phase.RESTING || (phase == Phase.WAITING && isLiveAboveHigh());
        if (mayBegin) {
            phase = Phase.OFFERING;
        }
        return mayBegin;
    }

    /** The queue has room again. */
    private void resume() {
        synchronized (this) {
            if (phase != Phase.WAITING) {
                return;
            }
            phase = Phase.OFFERING;
        }
        offerPieces();
    }

    private void offerPieces() {
        while (true) {
            CompletableFuture<@Nullable Void> writable =
                    subscription.queue().whenWritable().toCompletableFuture();
            if (writable.isCompletedExceptionally()) {
                stop();
                return;
            }
            if (!writable.isDone() && isToWait()) {
                writable.thenRun(this::resume);
                return;
            }
            List<Publication<OutboundTurn<Position>>> piece = takePiece();
            if (piece.isEmpty()) {
                return;
            }
            if (subscription.offer(TurnFrames.join(piece)) == OfferResult.CLOSED) {
                stop();
                return;
            }
        }
    }

    private synchronized boolean isToWait() {
        if (phase != Phase.OFFERING || isLiveAboveHigh()) {
            return false;
        }
        phase = Phase.WAITING;
        return true;
    }

    private synchronized List<Publication<OutboundTurn<Position>>> takePiece() {
        List<Publication<OutboundTurn<Position>>> piece = new ArrayList<>();
        long bytes = 0;
        boolean whole = isLiveAboveHigh();
        while (!behind.isEmpty()
                && (whole
                        || piece.isEmpty()
                        || (piece.size() < pieceMessages(marks)
                                && bytes + bytesOf(behind.peek()) <= pieceBytes(marks)))) {
            bytes += bytesOf(behind.peek());
            piece.add(behind.remove());
        }
        if (piece.isEmpty()) {
            phase = Phase.OVER;
        }
        return piece;
    }

    /** Caller holds this. */
    private boolean isLiveAboveHigh() {
        return liveMessages > marks.highMessages() || liveBytes > marks.highBytes();
    }

    /** Small enough that two of them and what else is under way stay below the high-water mark. */
    private static int pieceMessages(WaterMarks marks) {
        return Math.max(1, marks.highMessages() / 4);
    }

    private static long pieceBytes(WaterMarks marks) {
        return marks.highBytes() / 4;
    }

    private static long bytesOf(Publication<OutboundTurn<Position>> publication) {
        return publication.frame().joined().bytes();
    }
}
