package io.highwater.outbound;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.limits.Account;
import io.highwater.limits.Debtor;
import io.highwater.limits.Payer;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.Wire;
import io.highwater.wire.WireListener;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one session on their way out: bounded, first in first out, empty and unallocated
 * while the wire takes what it is given.
 *
 * <p>An offer to an idle wire is written by the offerer. While the wire is full, offers wait in
 * {@link QueueContents}; the session forwards {@link WireListener#onWritable} to {@link
 * #onWritable}, which writes them, several in one write. Above the high-water mark the {@link
 * OverflowPolicy} acts.
 *
 * <p>This class has the state of one queue and its lock. What is done with it is by subject in
 * {@link Offering}, {@link Writing} and {@link Ending}, of which a route has one each.
 *
 * <p>Thread-safe; nothing blocks. Completions, listeners and the wire are called under no lock.
 */
public final class SendQueue implements Debtor {
    // The lock is this object, as another would cost each of a million sockets 16 bytes; nobody
    // outside the package may lock on it. Lock order: queue, then the set of NonEmptyQueues or the
    // wheel.
    //
    // While a message in parts has begun and not ended, only its own parts count as something to
    // write. The rest waits, in the state IDLE too, for whoever brings the last part.

    private final Wire wire;
    private final SendQueueListener listener;
    private final SendQueues route;

    @GuardedBy("this")
    WriterState state = WriterState.IDLE;

    /** Null while there is nothing to remember. */
    @GuardedBy("this")
    @Nullable QueueContents contents;

    /** Messages that waited or were in flight when the queue ended. */
    @GuardedBy("this")
    private int lostMessages;

    SendQueue(Wire wire, SendQueueListener listener, SendQueues route) {
        this.wire = wire;
        this.listener = listener;
        this.route = route;
    }

    Wire wire() {
        return wire;
    }

    SendQueueListener listener() {
        return listener;
    }

    SendQueues route() {
        return route;
    }

    // Offers.

    /** Sends {@code frame}, one message, after those offered before. */
    public OfferResult offer(OutboundFrame frame) {
        return offer(frame, null, null);
    }

    /**
     * Sends {@code frame} as {@link #offer(OutboundFrame)} does.
     *
     * @param completion called exactly once, whatever the answer is, possibly before it
     */
    public OfferResult offer(OutboundFrame frame, @Nullable SendCompletion completion) {
        return offer(frame, null, completion);
    }

    /**
     * Sends {@code frame} as {@link #offer(OutboundFrame)} does. LATEST drops whole messages, and
     * no fragments.
     *
     * @param key LATEST: a later message with the same key makes this one out of date
     * @param completion called exactly once, whatever the answer is, possibly before it
     */
    public OfferResult offer(
            OutboundFrame frame, @Nullable String key, @Nullable SendCompletion completion) {
        return route.offering().offer(this, frame, key, completion);
    }

    /**
     * Sends a part of a message. The first part waits for what was offered before it. From then on
     * until the last part, {@link OutboundFrame.Fin#LAST}, has left, everything else waits, among
     * it what begins another message in parts. A message that others wait for and that does not go
     * on for {@link UnfinishedMessage#LONGEST_PAUSE} ends the session with 1011. After a first part
     * that was refused the caller must offer no other.
     *
     * @param parts the message; one object for all its parts
     * @param completion called exactly once, whatever the answer is, possibly before it
     */
    public OfferResult offerPart(
            Parts parts, OutboundFrame frame, @Nullable SendCompletion completion) {
        return route.offering().offerPart(this, parts, frame, completion);
    }

    /**
     * Sends the messages of a turn, none of which may be dropped: in one write and without
     * allocation if the wire is idle, else queued one by one.
     */
    public <P> OfferResult offer(OutboundTurn<P> turn) {
        return offer(turn, null);
    }

    /**
     * The same under LATEST: whatever the route's own policy, the messages may be dropped for newer
     * ones of {@code series}, whose client is then told what was skipped.
     *
     * @param series null where no message may be dropped
     */
    public <P> OfferResult offer(OutboundTurn<P> turn, @Nullable LatestSeries<P> series) {
        return route.offering().offer(this, null, turn, series, null);
    }

    /**
     * The same for an offerer that another thread may tell to stop meanwhile. What that thread
     * offers once {@code stopped} is true comes after this turn, or this turn is not offered and
     * the answer is {@link OfferResult#CLOSED}.
     *
     * @param stopped asked under the queue's lock: must do no more than read a field
     * @param skipped messages of the series that are missing before the turn; null for none
     */
    public <P> OfferResult offerUnless(
            BooleanSupplier stopped,
            OutboundTurn<P> turn,
            @Nullable LatestSeries<P> series,
            @Nullable Skipped<P> skipped) {
        SkipNotice<P> before =
                skipped == null || series == null ? null : new SkipNotice<>(series, skipped);
        return route.offering().offer(this, before, turn, series, stopped);
    }

    /**
     * The same for a turn that waits as a whole. Under DEMOTE, where the queue is above its
     * high-water mark, it gives up what waits of {@code series}, maybe this turn too. {@link
     * OfferResult#DROPPED} then says that it has given up earlier messages of the series, so that
     * this turn came too early.
     *
     * @param stopped as in {@link #offerUnless}; null where nobody may stop it
     * @param series null where the turn may not be given up
     * @param completion called exactly once, whatever the answer is, possibly before it
     */
    public <P> OfferResult offerWhole(
            @Nullable BooleanSupplier stopped,
            OutboundTurn<P> turn,
            @Nullable LogSeries<P> series,
            @Nullable SendCompletion completion) {
        return route.offering().offerWhole(this, stopped, turn, series, completion);
    }

    /** The session forwards {@link WireListener#onWritable} here. */
    public void onWritable() {
        route.writing().onWritable(this);
    }

    // The end.

    /**
     * Starts the closing handshake after what is queued; offers are refused from now on. What the
     * peer has not taken after the node's close timeout is dropped and the wire fails with the same
     * status. Once the queue is closing or over this has no effect, and the answer is false.
     */
    public boolean close(CloseStatus status) {
        return route.ending().begin(this, new CloseDeadline(this, status, null));
    }

    /**
     * Gives the session up after what is queued, as {@link Wire#fail} does. Otherwise as {@link
     * #close}.
     */
    public void fail(CloseStatus status, Duration linger) {
        route.ending().begin(this, new CloseDeadline(this, status, linger));
    }

    /** The session is over: what is queued fails, and all memory is let go. */
    public void onClosed() {
        route.ending().onClosed(this);
    }

    /** The account of all queues is full, and this is one of those that cost most. */
    @Override
    public boolean end(Account account) {
        return route.ending().evictForAccount(this);
    }

    /** DEMOTE: gives up what the log has too. */
    @Override
    public void giveUp(Account account) {
        route.ending().giveUp(this);
    }

    /** The same if the queue has been slow since then; the answer says whether it gave up any. */
    boolean giveUpIfSlow(long sinceNanos) {
        return SlowQueue.isSlow(this, sinceNanos) && route.ending().giveUp(this);
    }

    /** The governor ends the session, if it still may: the answer says whether it has. */
    boolean evictIfSlow(long sinceNanos) {
        return route.ending().evictIfSlow(this, sinceNanos);
    }

    /**
     * The session keeps so many bytes more, or less, for what it is still to offer. They are
     * charged like what is queued.
     */
    public void charge(long bytes) {
        route.node().account().add(payer(), bytes);
    }

    // What the session asks.

    /**
     * Completes when the queue is at or below its low-water mark, at once if it is now; fails with
     * a {@link ClosedChannelException} or {@link SlowConsumerException} when the session is over.
     * Its dependents run under the rules of {@link SendCompletion}.
     */
    public synchronized CompletionStage<@Nullable Void> whenWritable() {
        if (state == WriterState.ENDED) {
            return CompletableFuture.failedFuture(new ClosedChannelException());
        }
        return contents == null || !contents.level().isAboveLow()
                ? CompletableFuture.completedFuture(null)
                : contents.level().untilWritable();
    }

    /** True at or below the low-water mark, unless offers are refused for good. */
    public synchronized boolean isWritable() {
        return !isClosing() && (contents == null || !contents.level().isAboveLow());
    }

    /** PAUSE: true from the offer that crossed the high-water mark until the low is reached. */
    public synchronized boolean isAboveHighWater() {
        return contents != null && contents.level().isAboveHigh();
    }

    /** True where offers are refused, possibly with messages still to write. */
    synchronized boolean isClosing() {
        return state == WriterState.ENDED || (contents != null && contents.closing() != null);
    }

    /** True from {@link #fail} on until what was queued before it has left. */
    public synchronized boolean isGivenUp() {
        CloseDeadline closing = contents == null ? null : contents.closing();
        return closing != null && closing.givesUp();
    }

    /** Messages that were queued and in flight when the queue ended, and so are lost. */
    public synchronized int lostMessages() {
        return lostMessages;
    }

    // What the session and the node ask.

    /** Messages queued and in flight. */
    public synchronized int queuedMessages() {
        return contents == null ? 0 : contents.tally().messages();
    }

    /** Their bytes, headers included. */
    public synchronized long queuedBytes() {
        return contents == null ? 0 : contents.tally().bytes();
    }

    /** All frames it holds, each once. */
    synchronized Set<OutboundFrame> frames() {
        return contents == null ? Set.of() : contents.frames();
    }

    @Override
    public Payer payer() {
        return wire.payer();
    }

    @Override
    public synchronized long keptBytes() {
        return contents == null ? 0 : contents.keptBytes();
    }

    /** For how long the peer has taken nothing: next to 0 for one that keeps up. */
    @Override
    public synchronized long ageNanos(long nowNanos) {
        return contents == null ? 0 : contents.stuckNanos(nowNanos);
    }

    // The steps of the state, for those that offer, write and end.

    /**
     * Makes the caller the writer where nobody writes and nothing waits, as for most messages.
     *
     * @param parts the message that the offer is a part of; null for a whole one
     */
    @GuardedBy("this")
    boolean becomeWriter(@Nullable Parts parts) {
        boolean mayWrite =
                state == WriterState.IDLE && (contents == null || contents.permits(parts));
        if (mayWrite) {
            state = WriterState.WRITING;
        }
        return mayWrite;
    }

    @GuardedBy("this")
    void add(Element message, Admission admission) {
        QueueContents now = remember(message);
        now.add(message, nowNanos());
        if (admission == Admission.QUEUED_ABOVE) {
            now.level().crossHigh(now.tally(), nowNanos());
        }
        now.watchIfOthersWait(nowNanos());
    }

    /** What went to the wire past the queue has stuck there. */
    @GuardedBy("this")
    QueueContents addInFlight(Direct messages, int formBytes) {
        QueueContents now = remember(messages);
        now.addInFlight(messages, formBytes, nowNanos());
        return now;
    }

    @GuardedBy("this")
    private QueueContents remember(Element element) {
        QueueContents now = contents();
        if (now.tally().messages() == 0) {
            route.node().queues().join(this);
        }
        route.node().queues().addBytes(element.bytes());
        return now;
    }

    /** LATEST: answers what it has dropped, oldest first. */
    @GuardedBy("this")
    List<Queued> thin() {
        QueueContents now = contents();
        long before = now.tally().bytes();
        List<Queued> dropped = now.thin();
        if (!dropped.isEmpty()) {
            route.node().queues().addBytes(now.tally().bytes() - before);
        }
        return dropped;
    }

    /** DEMOTE: answers what the queue has given up since it is above its mark, oldest first. */
    @GuardedBy("this")
    List<QueuedTurn<?>> cutIfAbove() {
        QueueContents now = contents();
        long before = now.tally().bytes();
        return afterCut(now, before, now.cutIfAbove(nowNanos()));
    }

    /** DEMOTE: answers what the queue has given up, oldest first. */
    synchronized List<QueuedTurn<?>> cut() {
        QueueContents now = contents;
        if (now == null) {
            return List.of();
        }
        long before = now.tally().bytes();
        return afterCut(now, before, now.cut(nowNanos()));
    }

    @GuardedBy("this")
    private List<QueuedTurn<?>> afterCut(
            QueueContents now, long bytesBefore, List<QueuedTurn<?>> given) {
        if (!given.isEmpty()) {
            route.node().queues().addBytes(now.tally().bytes() - bytesBefore);
            if (now.tally().messages() == 0) {
                route.node().queues().leave(this);
                letGo();
            }
        }
        return given;
    }

    /**
     * The wire holds a copy of what is in flight, which counts as retained, and maybe a form of
     * that of its own.
     */
    synchronized void heldByWire(InFlight flying, OutboundFrame copy, int formBytes) {
        if (contents == null) {
            flying.heldByWire(copy, formBytes);
        } else {
            contents.heldByWire(flying, copy, formBytes);
        }
    }

    /** The wire has taken what was in flight. */
    @GuardedBy("this")
    InFlight removeInFlight() {
        InFlight landed = contents().removeInFlight(nowNanos());
        route.node().queues().addBytes(-landed.tally().bytes());
        if (contents().tally().messages() == 0) {
            route.node().queues().leave(this);
        }
        return landed;
    }

    /** What the listener has to be told by the caller, who then calls {@link #endTelling}. */
    synchronized @Nullable WaterLevel beginTelling() {
        return contents != null && contents.level().beginTelling() ? contents.level() : null;
    }

    synchronized void endTelling(WaterLevel told) {
        told.endTelling();
        letGo();
    }

    /** How much waits for a peer that is evicted now. */
    @GuardedBy("this")
    SlowConsumerException evictionEvidence() {
        return SlowConsumerException.evicted(queuedMessages(), queuedBytes());
    }

    /**
     * Refuses offers from now on. What is returned belongs to the caller; what a writer is writing
     * at this moment is not in it, but left to the writer.
     */
    synchronized @Nullable QueueContents end() {
        QueueContents dropped = contents;
        contents = null;
        if (dropped != null) {
            dropped.end();
        }
        if (dropped != null && dropped.tally().messages() > 0) {
            lostMessages = dropped.tally().messages();
            route.node().queues().addBytes(-dropped.tally().bytes());
            route.node().queues().leave(this);
            if (state != WriterState.FULL) {
                dropped.leaveInFlight();
            }
        }
        state = WriterState.ENDED;
        return dropped;
    }

    /** The contents, made now if there are none. */
    @GuardedBy("this")
    QueueContents contents() {
        QueueContents now = contents;
        if (now == null) {
            now =
                    new QueueContents(
                            route.settings().marks(),
                            new QueueCharge(route.node().account(), payer()),
                            nowNanos());
            contents = now;
        }
        return now;
    }

    /** Forgets the contents where nothing is left to remember. */
    @GuardedBy("this")
    void letGo() {
        if (contents != null && contents.isSettled()) {
            contents = null;
        }
    }

    long nowNanos() {
        return route.node().wheel().nowNanos();
    }
}
