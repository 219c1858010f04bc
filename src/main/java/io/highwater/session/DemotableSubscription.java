package io.highwater.session;

import io.highwater.channel.Turn;
import io.highwater.channel.TurnKind;
import io.highwater.outbound.LogSeries;
import io.highwater.outbound.OfferResult;
import io.highwater.outbound.OutboundTurn;
import io.highwater.outbound.SendCompletion;
import io.highwater.outbound.Skipped;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A subscription under DEMOTE. While its client keeps up, live turns go to the queue. When the
 * queue gives them up, a {@link CatchUp} reads them from the log as fast as the client takes them,
 * and those that come meanwhile too. Late entries are not in the log, so the queue keeps them.
 */
class DemotableSubscription extends Subscription implements LogSeries<Position>, BooleanSupplier {
    // Between the moment when a live turn is found to be due and the moment when the queue takes
    // it, another thread may have the queue give up what comes before it, and go back to that. So
    // the queue asks, under its lock, first whether it has given up anything, and then whether a
    // catch-up has gone back since the turn was found to be due. Going back is counted before what
    // was given up is forgotten.

    private static final AtomicIntegerFieldUpdater<DemotableSubscription> RETURNS =
            AtomicIntegerFieldUpdater.newUpdater(DemotableSubscription.class, "returns");

    private static final AtomicReferenceFieldUpdater<DemotableSubscription, @Nullable Cut> CUT =
            AtomicReferenceFieldUpdater.newUpdater(DemotableSubscription.class, Cut.class, "cut");

    /** What the queue has given up. */
    private record Cut(Position first, Position last) {}

    /**
     * Null if the catch-up knows of all that was given up. Not null only where it was written under
     * the queue's lock.
     */
    private volatile @Nullable Cut cut;

    /** How often a catch-up has gone back to what was given up. */
    private volatile int returns;

    /** The same when the live turn was found to be due. Confined to the hub's shard. */
    private int returnsBefore;

    /** Written under this. */
    private volatile boolean over;

    DemotableSubscription(Session session, String channel) {
        super(session, channel, 0);
    }

    /** One whose client asks who comes and goes. */
    static final class Watching extends DemotableSubscription {
        Watching(Session session, String channel) {
            super(session, channel);
        }

        @Override
        public boolean watchesPresence() {
            return true;
        }
    }

    // The hub's shard.

    @Override
    public void onTurn(Turn<OutboundTurn<Position>> turn, TurnKind kind) {
        if (kind == TurnKind.SNAPSHOT) {
            offer(turn.joined(TurnFrames::join));
            return;
        }
        Turn<OutboundTurn<Position>> late = turn.late();
        if (late != null) {
            offer(late.joined(TurnFrames::join));
        }
        Turn<OutboundTurn<Position>> due = turn.inTurn();
        while (due != null && !over) {
            due = offered(due);
        }
    }

    /** Returns the part of the turn that came too early, and is to be offered again. */
    private @Nullable Turn<OutboundTurn<Position>> offered(Turn<OutboundTurn<Position>> turn) {
        returnsBefore = returns;
        CatchUp behind = catchUp;
        Turn<OutboundTurn<Position>> due = behind == null ? turn : behind.live(turn);
        if (behind != null && behind.retire()) {
            forget(behind);
        }
        if (due == null) {
            return null;
        }
        OutboundTurn<Position> joined = due.joined(TurnFrames::join);
        OfferResult result = queue().offerWhole(this, joined, this, null);
        if (result == OfferResult.DROPPED) {
            onCut();
            return due;
        }
        return result == OfferResult.CLOSED && getAsBoolean() ? due : null;
    }

    /** Whether the live turn that is offered comes too early, since a catch-up has gone back. */
    @Override
    public boolean getAsBoolean() {
        return returns != returnsBefore;
    }

    @Override
    public void onBehind(Cursor reached, Cursor served, TurnKind kind) {
        CatchUp former;
        synchronized (this) {
            if (over) {
                return;
            }
            former = present();
            if (former == null) {
                catchUp = new CatchUp(this, new Missing(reached, served, kind));
            }
        }
        CatchUp behind = catchUp;
        if (former != null) {
            // The queue gave up the first piece: the rest follows it.
            former.extend(served);
        } else if (behind != null) {
            behind.run();
        }
    }

    // The queue.

    @Override
    public boolean isCut() {
        return cut != null;
    }

    @Override
    public void cut(Position first, Position last) {
        CUT.updateAndGet(
                this,
                before -> before == null ? new Cut(first, last) : new Cut(before.first, last));
    }

    @Override
    public void onCut() {
        CatchUp behind = behind();
        while (behind != null && !behind.onCut()) {
            behind = behind();
        }
    }

    /** The catch-up that reads what was given up; null if there is nothing to do. */
    private synchronized @Nullable CatchUp behind() {
        CatchUp known = present();
        Cut given = cut;
        if (over || known != null || given == null) {
            return over ? null : known;
        }
        Missing missing = new Missing(given.first, given.last, TurnKind.LIVE);
        CatchUp made = new CatchUp(this, missing);
        catchUp = made;
        return made;
    }

    private @Nullable CatchUp present() {
        CatchUp known = catchUp;
        return known == null || known.isRetired() ? null : known;
    }

    private synchronized void forget(CatchUp retired) {
        if (catchUp == retired) {
            catchUp = null;
        }
    }

    // The catch-up.

    @Override
    boolean isDemotable() {
        return true;
    }

    @Override
    boolean takesGaps() {
        return true;
    }

    @Override
    boolean takeCut(Missing missing) {
        if (cut == null) {
            return false;
        }
        RETURNS.incrementAndGet(this);
        Cut given = CUT.getAndSet(this, null);
        if (given != null) {
            missing.givenUp(given.first, given.last);
        }
        return given != null;
    }

    @Override
    OfferResult offerMissed(
            CatchUp by,
            OutboundTurn<Position> turn,
            @Nullable Skipped<Position> skipped,
            SendCompletion sending) {
        if (skipped != null) {
            offerGap(by, skipped);
        }
        return queue().offerWhole(by::isStopped, turn, this, sending);
    }

    @Override
    void onDemoted(int change) {
        session.onDemoted(change);
    }

    @Override
    void stop() {
        synchronized (this) {
            over = true;
        }
        super.stop();
    }
}
