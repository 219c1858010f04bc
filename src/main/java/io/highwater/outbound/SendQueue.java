package io.highwater.outbound;

import io.highwater.limits.Account;
import io.highwater.limits.Payer;
import io.highwater.outbound.SendQueues.Admission;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.Wire;
import io.highwater.wire.WireListener;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The messages of one session on their way out: bounded, first in first out, empty and unallocated
 * while the wire takes what it is given.
 *
 * <p>An offer to an idle wire is written by the offerer. While the wire is full, offers wait here;
 * the session forwards {@link WireListener#onWritable} to {@link #onWritable}, which writes them,
 * several in one write. Above the high-water mark the {@link OverflowPolicy} acts.
 *
 * <p>Thread-safe; nothing blocks. Completions, listeners and the wire are called under no lock;
 * what the lock guards is in the superclass.
 */
public final class SendQueue extends GuardedQueue {
    // Completions run when the writer has let go. If they ran before, what they offer would pile
    // up behind their own writer and evict a client that reads well.

    private static final Logger LOG = LoggerFactory.getLogger(SendQueue.class);

    private static final CloseStatus SLOW_CONSUMER =
            new CloseStatus(CloseStatus.TRY_AGAIN_LATER, "slow consumer");

    private static final CloseStatus UNFINISHED =
            new CloseStatus(CloseStatus.INTERNAL_ERROR, "a message in parts was not finished");

    /** The peer reads: nothing else was in its way. */
    private static final Duration UNFINISHED_LINGER = Duration.ofSeconds(2);

    private final Wire wire;
    private final SendQueueListener listener;

    SendQueue(Wire wire, SendQueueListener listener, SendQueues route) {
        super(route);
        this.wire = wire;
        this.listener = listener;
    }

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
     * Sends {@code frame} as {@link #offer(OutboundFrame)} does. Fragments are not dropped by
     * LATEST, whole messages are.
     *
     * @param key LATEST: a later message with the same key makes this one out of date
     * @param completion called exactly once, whatever the answer is, possibly before it
     */
    public OfferResult offer(
            OutboundFrame frame, @Nullable String key, @Nullable SendCompletion completion) {
        long sampledNanos = route().sampleNanos();
        if (becomeWriter()) {
            boolean droppable = route().isDroppable(frame);
            return writeDirect(frame, 1, droppable, completion, sampledNanos);
        }
        int messages;
        long bytes;
        Admission admission;
        Waiting ended;
        List<Queued> thinned;
        synchronized (this) {
            messages = queuedMessages();
            bytes = queuedBytes();
            admission = admit(frame, key, completion, sampledNanos);
            ended = admission == Admission.EVICTED ? end() : null;
            thinned = takeThinned();
        }
        if (admission == Admission.DIRECT) {
            boolean droppable = route().isDroppable(frame);
            return writeDirect(frame, 1, droppable, completion, sampledNanos);
        }
        tellThinned(thinned, messages, bytes);
        return answer(admission, completion, ended, messages, bytes);
    }

    /**
     * Sends a part of a message. The first one goes in its turn. From then on to the last one,
     * {@link OutboundFrame.Fin#LAST}, everything else waits, among it what begins another message
     * in parts. A message that others wait for and that does not go on for {@code
     * UnfinishedMessage.LONGEST_PAUSE} ends the session with 1011. After a first part that was
     * refused comes no other.
     *
     * @param parts the message; one object for all its parts
     * @param completion called exactly once, whatever the answer is, possibly before it
     */
    public OfferResult offerPart(
            Parts parts, OutboundFrame frame, @Nullable SendCompletion completion) {
        long sampledNanos = route().sampleNanos();
        if (becomeWriter(parts, frame)) {
            return writeDirect(frame, 1, false, completion, sampledNanos);
        }
        int messages;
        long bytes;
        Admission admission;
        Waiting ended;
        List<Queued> thinned;
        synchronized (this) {
            messages = queuedMessages();
            bytes = queuedBytes();
            admission = admit(frame, parts, completion, sampledNanos);
            ended = admission == Admission.EVICTED ? end() : null;
            thinned = takeThinned();
        }
        if (admission == Admission.DIRECT) {
            return writeDirect(frame, 1, false, completion, sampledNanos);
        }
        tellThinned(thinned, messages, bytes);
        return answer(admission, completion, ended, messages, bytes);
    }

    /** {@link UnfinishedMessage}: looks at the message that others wait for. */
    void endIfUnfinished(UnfinishedMessage timer, long nowNanos) {
        Waiting dropped = endUnfinished(timer, nowNanos);
        if (dropped == null) {
            return;
        }
        route().node()
                .logs()
                .limit(LOG.atError(), "message_unfinished", wire.remoteAddress())
                .addKeyValue("client", listener.clientId())
                .addKeyValue("waiting_messages", dropped.tally().messages())
                .log(
                        "A session ends: a message in parts, from a writer, a stream or"
                                + " sendText(part, false), was not finished while others waited");
        wire.fail(UNFINISHED, UNFINISHED_LINGER);
        fail(dropped, new ClosedChannelException());
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
     * ones of {@code lane}, which then has a gap in their place.
     *
     * @param lane null where no message may be dropped
     */
    public <P> OfferResult offer(OutboundTurn<P> turn, @Nullable LatestLane<P> lane) {
        return offerBehind(null, turn, lane, null);
    }

    /**
     * The same for whoever may be told to stop meanwhile, on another thread: what that thread
     * offers after {@code stopped} is true comes after this, or this is not offered and the answer
     * is {@link OfferResult#CLOSED}.
     *
     * @param stopped asked under the queue's lock: reads a field
     * @param skipped messages of the lane that are not there to be offered before it; null for none
     */
    public <P> OfferResult offerUnless(
            BooleanSupplier stopped,
            OutboundTurn<P> turn,
            @Nullable LatestLane<P> lane,
            @Nullable Skipped<P> skipped) {
        Gap<P> before =
                skipped == null || lane == null
                        ? null
                        : new Gap<>(lane, skipped.first(), skipped.last(), skipped.count());
        return offerBehind(before, turn, lane, stopped);
    }

    private <P> OfferResult offerBehind(
            @Nullable Gap<P> before,
            OutboundTurn<P> turn,
            @Nullable LatestLane<P> lane,
            @Nullable BooleanSupplier stopped) {
        long sampledNanos = route().sampleNanos(turn.sinceNanos());
        if (stopped == null && becomeWriter()) {
            return writeDirect(turn, lane, before, null, sampledNanos);
        }
        int messages;
        long bytes;
        Admission admission;
        Waiting ended;
        List<Queued> thinned;
        synchronized (this) {
            messages = queuedMessages();
            bytes = queuedBytes();
            admission =
                    stopped != null && stopped.getAsBoolean()
                            ? Admission.CLOSED
                            : admit(turn, lane, before, sampledNanos);
            ended = admission == Admission.EVICTED ? end() : null;
            thinned = takeThinned();
        }
        if (admission == Admission.DIRECT) {
            return writeDirect(turn, lane, before, stopped, sampledNanos);
        }
        tellThinned(thinned, messages, bytes);
        return answer(admission, null, ended, messages, bytes);
    }

    /** The caller is the writer, for one write; what is to follow a gap is offered again. */
    private <P> OfferResult writeDirect(
            OutboundTurn<P> turn,
            @Nullable LatestLane<P> lane,
            @Nullable Gap<P> before,
            @Nullable BooleanSupplier stopped,
            long sampledNanos) {
        OutboundFrame gap = before == null ? null : before.toWrite();
        if (gap == null) {
            int parts = turn.parts().size();
            return writeDirect(turn.joined(), parts, lane != null, null, sampledNanos);
        }
        writeDirect(gap, 1, false, null, 0);
        return offerBehind(null, turn, lane, stopped);
    }

    private void tellThinned(List<Queued> thinned, int messages, long bytes) {
        if (!thinned.isEmpty()) {
            tellObserver(observer -> observer.onDropped(OverflowPolicy.LATEST, thinned.size()));
            route().callbacks().failed(thinned, SlowConsumerException.dropped(messages, bytes));
        }
    }

    /** Who counts is in nobody's way. */
    private void tellObserver(Consumer<OutboundObserver> news) {
        route().callbacks().tell(() -> news.accept(route().node().observer()));
    }

    private OfferResult answer(
            Admission admission,
            @Nullable SendCompletion completion,
            @Nullable Waiting ended,
            int messages,
            long bytes) {
        return switch (admission) {
            case QUEUED -> {
                settle();
                yield OfferResult.ACCEPTED;
            }
            case QUEUED_ABOVE -> {
                tellListener();
                settle();
                yield OfferResult.ABOVE_HIGH_WATER;
            }
            case REFUSED -> {
                tellObserver(observer -> observer.onDropped(route().settings().policy(), 1));
                if (completion != null) {
                    route().callbacks()
                            .failed(completion, SlowConsumerException.refused(messages, bytes));
                }
                yield OfferResult.DROPPED;
            }
            case EVICTED -> {
                evict(ended, completion, SlowConsumerException.evicted(messages, bytes));
                yield OfferResult.CLOSED;
            }
            case CLOSED -> {
                failClosed(completion);
                yield OfferResult.CLOSED;
            }
            case DIRECT -> throw new IllegalArgumentException("the offerer has not written yet");
        };
    }

    /** The way of most messages: no queue, no allocation. The caller is the writer. */
    private OfferResult writeDirect(
            OutboundFrame frame,
            int messages,
            boolean droppable,
            @Nullable SendCompletion completion,
            long sampledNanos) {
        boolean taken = write(frame);
        int formBytes = taken ? 0 : wire.ownFormBytes();
        return switch (writtenDirect(
                taken, frame, formBytes, messages, droppable, completion, sampledNanos)) {
            case TAKEN -> {
                route().callbacks().written(completion, sampledNanos);
                yield OfferResult.ACCEPTED;
            }
            case TAKEN_WITH_MORE -> {
                drain(List.of(new Direct(frame, messages, droppable, completion, sampledNanos)));
                yield OfferResult.ACCEPTED;
            }
            case STUCK -> {
                settle();
                yield OfferResult.ACCEPTED;
            }
            case STUCK_ABOVE -> {
                tellListener();
                settle();
                yield OfferResult.ABOVE_HIGH_WATER;
            }
            case LOST -> {
                failClosed(completion);
                yield OfferResult.CLOSED;
            }
        };
    }

    /** Where all queues together keep too much, those that cost most are ended: maybe this one. */
    private void settle() {
        route().node().account().settle(payer());
    }

    @Override
    SendQueue self() {
        return this;
    }

    @Override
    public Payer payer() {
        return wire.payer();
    }

    /** The account of all queues is full, and this is one of those that cost most. */
    @Override
    public boolean end(Account account) {
        SlowConsumerException evidence;
        Waiting dropped;
        synchronized (this) {
            if (isEnded()) {
                return false;
            }
            evidence = SlowConsumerException.evicted(queuedMessages(), queuedBytes());
            dropped = end();
        }
        Once evicted =
                new Once(
                        () -> {
                            failSlow(dropped, evidence);
                            route().callbacks().tell(() -> listener.onEvicted(evidence));
                        });
        try {
            route().node().executor().execute(evicted);
        } catch (RuntimeException | Error e) {
            // Nobody else ends the session, whose queue is over.
            LOG.debug("no thread to end a session", e);
            evicted.run();
        }
        return true;
    }

    /** The session forwards {@link WireListener#onWritable} here. */
    public void onWritable() {
        Batch written = writable();
        if (written != null) {
            drain(written.elements());
        }
    }

    /** Writes what waits until it is gone or the wire is full. The caller is the writer. */
    private void drain(List<Element> alreadyWritten) {
        Drained drained = new Drained(alreadyWritten);
        Batch batch = next(drained);
        while (batch != null) {
            boolean taken = write(batch);
            batch = nextAfter(batch, taken, drained);
        }
        if (drained.closing != null) {
            cancelDeadline(drained.closing);
            drained.closing.end(wire);
            fail(drained.dropped, new ClosedChannelException());
        }
        tellListener();
        route().callbacks().writable(drained.writable);
        route().callbacks().written(drained.written);
        for (Element element : drained.lost) {
            failClosed(element.completion());
        }
    }

    private boolean write(OutboundFrame frame) {
        try {
            return wire.write(frame);
        } catch (RuntimeException | Error e) {
            giveUp(e);
            return false;
        }
    }

    private boolean write(Batch batch) {
        try {
            OutboundFrame frame = batch.join();
            boolean taken = frame == null || wire.write(frame);
            if (frame != null && !taken) {
                heldByWire(batch, frame, wire.ownFormBytes());
            }
            return taken;
        } catch (RuntimeException | Error e) {
            giveUp(e);
            return false;
        }
    }

    /** The wire threw, which it never does for what a peer did, or memory ran out. */
    private void giveUp(Throwable cause) {
        route().node()
                .logs()
                .limit(LOG.atError(), "session_failed", wire.remoteAddress())
                .setCause(cause)
                .log("A session ends: its wire failed to write");
        Waiting dropped = end();
        wire.fail(CloseStatus.of(CloseStatus.INTERNAL_ERROR), Duration.ZERO);
        fail(dropped, cause);
    }

    private void evict(
            @Nullable Waiting dropped,
            @Nullable SendCompletion completion,
            SlowConsumerException evidence) {
        failSlow(dropped, evidence);
        route().callbacks().failed(completion, evidence);
        tellObserver(observer -> observer.onEvicted(route().settings().policy()));
        route().callbacks().tell(() -> listener.onEvicted(evidence));
    }

    private void failSlow(@Nullable Waiting dropped, SlowConsumerException evidence) {
        wire.fail(SLOW_CONSUMER, route().settings().evictLinger());
        fail(dropped, evidence);
    }

    @Override
    boolean evictIfSlow(long sinceNanos) {
        SlowConsumerException evidence;
        Waiting dropped;
        synchronized (this) {
            if (!isEvictable(sinceNanos)) {
                return false;
            }
            evidence = SlowConsumerException.evicted(queuedMessages(), queuedBytes());
            dropped = end();
        }
        failSlow(dropped, evidence);
        tellObserver(OutboundObserver::onGoverned);
        route().callbacks().tell(() -> listener.onEvicted(evidence));
        return true;
    }

    @Override
    SlowClient describe(SlowQueue slow, long nowNanos) {
        return new SlowClient(
                listener.clientId(),
                wire.remoteAddress(),
                slow.policy(),
                slow.messages(),
                slow.bytes(),
                slow.unsentMessages(),
                slow.retainedBytes(),
                Duration.ofNanos(nowNanos - slow.aboveLowSinceNanos()));
    }

    /**
     * Starts the closing handshake after what is queued; offers are refused from now on. What the
     * peer has not taken after the node's close timeout is dropped and the wire fails with the same
     * status. Without effect once the queue is closing or over: the answer is false.
     */
    public boolean close(CloseStatus status) {
        CloseDeadline deadline = new CloseDeadline(this, status, null);
        return end(deadline);
    }

    /**
     * Gives the session up after what is queued, as {@link Wire#fail} does. Otherwise as {@link
     * #close}.
     */
    public void fail(CloseStatus status, Duration linger) {
        end(new CloseDeadline(this, status, linger));
    }

    private boolean end(CloseDeadline deadline) {
        Begun begun = beginClosing(deadline);
        return switch (begun.when()) {
            case NOW -> {
                deadline.end(wire);
                fail(begun.dropped(), new ClosedChannelException());
                yield true;
            }
            case WHEN_EMPTY -> {
                schedule(deadline);
                yield true;
            }
            case BEFORE -> false;
        };
    }

    /** If the queue ends before this comes to it, the deadline finds nothing to do. */
    private void schedule(CloseDeadline deadline) {
        OutboundNode node = route().node();
        long timeoutNanos = node.closeTimeout().toNanos();
        node.wheel().schedule(deadline, node.ticker().nanoTime() + timeoutNanos);
    }

    /** {@link CloseDeadline}: the peer has not read what was queued before the Close. */
    void closeNow(CloseStatus status, Duration linger) {
        Waiting dropped = end();
        if (dropped != null) {
            wire.fail(status, linger);
            fail(dropped, new ClosedChannelException());
        }
    }

    /** The session is over: what is queued fails, and all memory is let go. */
    public void onClosed() {
        Waiting dropped = end();
        if (dropped != null) {
            fail(dropped, new ClosedChannelException());
        }
    }

    private void fail(@Nullable Waiting dropped, Throwable cause) {
        if (dropped != null) {
            cancelDeadline(dropped.closing());
            route().callbacks().failed(dropped.drop(), cause);
            route().callbacks().neverWritable(dropped.takeUntilWritable(), cause);
        }
    }

    private void cancelDeadline(@Nullable CloseDeadline deadline) {
        if (deadline != null) {
            route().node().wheel().cancel(deadline);
        }
    }

    private void failClosed(@Nullable SendCompletion completion) {
        if (completion != null) {
            route().callbacks().failed(completion, new ClosedChannelException());
        }
    }

    /**
     * Tells the session where PAUSE stands, if it has changed. One thread tells at a time and goes
     * on until the session knows the present: two threads would overtake each other, and a session
     * that hears "above" last would never read again.
     */
    private void tellListener() {
        for (Waiting news = beginTelling(); news != null; news = beginTelling()) {
            boolean above = news.isTellingAboveHigh();
            route().callbacks()
                    .tell(above ? listener::onAboveHighWater : listener::onBelowLowWater);
            endTelling(news);
        }
    }
}
