package io.highwater.outbound;

import io.highwater.limits.Debtor;
import io.highwater.outbound.SendQueues.Admission;
import io.highwater.wire.OutboundFrame;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The half of {@link SendQueue} that needs its lock: what waits, who writes, and how that changes.
 * Nothing here calls a wire, a completion or a listener; the other half does, and holds no lock.
 *
 * <p>Thread-safe. A class of its own by inheritance because an object of its own would cost each of
 * a million sockets 16 bytes.
 */
abstract sealed class GuardedQueue implements Debtor permits SendQueue {
    // The lock is this object, for the same 16 bytes; nobody outside the package may lock on it.
    // Lock order: queue, then the Backlog's set or the wheel.
    //
    // Who moved the state from IDLE or FULL to WRITING is the writer: the only one to call
    // Wire.write, until it moves the state on. Others only add to what waits. So the wire sees one
    // write at a time and the messages in their order, and nobody waits for a write.
    //
    // While a message in parts has begun and not ended, only its own parts count as something to
    // write. The rest waits, in the state IDLE too, for whoever brings the last part.

    private enum State {
        /** Nothing waits and nobody writes. */
        IDLE,

        /** One thread is the writer. */
        WRITING,

        /** The same, and onWritable came before the write returned that it answers. */
        WRITABLE_EARLY,

        /** The wire has more than the transport takes; onWritable will make a writer. */
        FULL,

        /** Offers are refused: the Close is with the wire, or the session failed or is over. */
        ENDED
    }

    /** How the write of a message that was not queued went. */
    enum Written {
        /** The transport has it and nothing waits. The thread is the writer no more. */
        TAKEN,

        /** The transport has it. The thread is still the writer, and goes on to {@link #next}. */
        TAKEN_WITH_MORE,

        /** It is in flight. The thread is the writer no more. */
        STUCK,

        /** The same, and PAUSE's high-water mark is crossed. */
        STUCK_ABOVE,

        /** The queue ended meanwhile, and the session with it: nobody will hear of it again. */
        LOST
    }

    /**
     * What a Close finds.
     *
     * @param dropped what it is not to wait for: messages behind one that ends no more
     */
    record Begun(Closing when, @Nullable Waiting dropped) {}

    /** When the Close is sent. */
    enum Closing {
        NOW,
        WHEN_EMPTY,

        /** It is under way already, or the session is over. */
        BEFORE
    }

    private final SendQueues route;

    /** Guarded by this. */
    private State state = State.IDLE;

    /** Null while there is nothing to remember. Guarded by this. */
    private @Nullable Waiting waiting;

    /** What waited and was in flight when it ended. Guarded by this. */
    private int lostMessages;

    GuardedQueue(SendQueues route) {
        this.route = route;
    }

    final SendQueues route() {
        return route;
    }

    /** Makes the caller the writer where nothing waits and nobody writes: most messages' way. */
    final synchronized boolean becomeWriter() {
        return becomeWriter(null, null);
    }

    /** The same of a part. */
    final synchronized boolean becomeWriter(@Nullable Parts parts, @Nullable OutboundFrame frame) {
        boolean mayWrite = state == State.IDLE && (waiting == null || waiting.permits(parts));
        if (mayWrite) {
            state = State.WRITING;
        }
        if (mayWrite && parts != null && frame != null) {
            waiting().follow(parts, frame, route.node().wheel().nowNanos());
            unwatch();
        }
        return mayWrite;
    }

    /** Caller holds this. */
    private void unwatch() {
        if (waiting != null && !waiting.isInParts()) {
            UnfinishedMessage watch = waiting.takeWatch();
            if (watch != null) {
                route.node().wheel().cancel(watch);
            }
        }
    }

    /** Queues the message, makes the caller the writer, or says why not. */
    final synchronized Admission admit(
            OutboundFrame frame,
            @Nullable String key,
            @Nullable SendCompletion completion,
            long sampledNanos) {
        Admission entered = enter(1, frame.bytes(), route.isDroppable(frame), null, null);
        if (entered == Admission.QUEUED || entered == Admission.QUEUED_ABOVE) {
            add(new Queued(frame, completion, sampledNanos, route.droppable(frame, key)), entered);
            thin();
        }
        return entered;
    }

    /** The same of a part. */
    final synchronized Admission admit(
            OutboundFrame frame,
            Parts parts,
            @Nullable SendCompletion completion,
            long sampledNanos) {
        Admission entered = enter(1, frame.bytes(), false, parts, frame);
        if (entered == Admission.QUEUED || entered == Admission.QUEUED_ABOVE) {
            add(new QueuedPart(frame, parts, completion, sampledNanos), entered);
            thin();
        }
        return entered;
    }

    /** The same of the messages of a turn, all or none. */
    final synchronized <P> Admission admit(
            OutboundTurn<P> turn,
            @Nullable LatestLane<P> lane,
            @Nullable Gap<P> before,
            long sampledNanos) {
        List<OutboundPart<P>> parts = turn.parts();
        Admission entered = enter(parts.size(), turn.joined().bytes(), lane != null, null, null);
        if (entered == Admission.QUEUED || entered == Admission.QUEUED_ABOVE) {
            long sample = sampledNanos;
            if (before != null) {
                waiting().add(before);
            }
            for (OutboundPart<P> part : parts) {
                Droppable<P> droppable = lane == null ? null : new Droppable<>(lane, part);
                add(new Queued(part.frame(), null, sample, droppable), entered);
                sample = 0;
            }
            thin();
        }
        return entered;
    }

    private Admission enter(
            int messages,
            int bytes,
            boolean droppable,
            @Nullable Parts parts,
            @Nullable OutboundFrame part) {
        if (isClosing()) {
            return Admission.CLOSED;
        }
        if (becomeWriter(parts, part)) {
            return Admission.DIRECT;
        }
        if (droppable) {
            return Admission.QUEUED;
        }
        // LATEST's own messages don't count: they give way to what has to be kept.
        return waiting == null
                ? route.admit(messages, messages, bytes, false)
                : pressed(
                        route.admit(
                                messages,
                                waiting.tally().keptMessages() + messages,
                                waiting.tally().keptBytes() + bytes,
                                waiting.isAboveHigh()),
                        waiting);
    }

    /** PAUSE holds its producers back before the account of all queues is full. */
    private Admission pressed(Admission admission, Waiting now) {
        return admission == Admission.QUEUED
                        && route.settings().policy() == OverflowPolicy.PAUSE
                        && now.isPressed()
                ? Admission.QUEUED_ABOVE
                : admission;
    }

    private void add(Element message, Admission admission) {
        Waiting now = remember(message);
        now.add(message, route.node().wheel().nowNanos());
        if (admission == Admission.QUEUED_ABOVE) {
            now.crossHigh(route.node().wheel().nowNanos());
        }
        watch(now);
    }

    private void watch(Waiting now) {
        if (now.wantsWatch()) {
            UnfinishedMessage timer = new UnfinishedMessage(self());
            now.watch(timer);
            route.node()
                    .wheel()
                    .schedule(
                            timer,
                            route.node().wheel().nowNanos()
                                    + UnfinishedMessage.LONGEST_PAUSE.toNanos());
        }
    }

    abstract SendQueue self();

    /**
     * Ends the queue where the message that others wait for has not gone on for too long, by no
     * fault of the peer's. Null where it goes on.
     */
    final synchronized @Nullable Waiting endUnfinished(UnfinishedMessage timer, long nowNanos) {
        Waiting now = waiting;
        if (now == null || now.watch() != timer || isEnded()) {
            return null;
        }
        long longest = UnfinishedMessage.LONGEST_PAUSE.toNanos();
        long since = state == State.IDLE ? now.partNanos() : nowNanos;
        if (nowNanos - since < longest) {
            route.node().wheel().schedule(timer, since + longest);
            return null;
        }
        return end();
    }

    private void thin() {
        Waiting now = waiting();
        long before = now.tally().bytes();
        now.thin();
        route.node().backlog().addBytes(now.tally().bytes() - before);
    }

    /** What LATEST has dropped since the last call; belongs to the caller. */
    final synchronized List<Queued> takeThinned() {
        return waiting == null ? List.of() : waiting.takeThinned();
    }

    /**
     * The writer has written what was not queued.
     *
     * @param taken what the wire said
     * @param formBytes what it holds beside the frame
     */
    final synchronized Written writtenDirect(
            boolean taken,
            OutboundFrame frame,
            int formBytes,
            int messages,
            boolean droppable,
            @Nullable SendCompletion completion,
            long sampledNanos) {
        if (state == State.ENDED) {
            return taken ? Written.TAKEN : Written.LOST;
        }
        if (taken || state == State.WRITABLE_EARLY) {
            boolean more = waiting != null && waiting.needsWriter();
            state = more ? State.WRITING : State.IDLE;
            letGo();
            return more ? Written.TAKEN_WITH_MORE : Written.TAKEN;
        }
        state = State.FULL;
        Direct direct = new Direct(frame, messages, droppable, completion, sampledNanos);
        Waiting now = remember(direct);
        now.addInFlight(direct, formBytes, route.node().wheel().nowNanos());
        // EVICT: the message was taken whatever its size; the next offer is judged by the marks.
        Tally tally = now.tally();
        Admission admission =
                pressed(
                        route.admit(
                                messages,
                                tally.keptMessages(),
                                tally.keptBytes(),
                                now.isAboveHigh()),
                        now);
        if (admission != Admission.QUEUED_ABOVE) {
            return Written.STUCK;
        }
        now.crossHigh(route.node().wheel().nowNanos());
        return Written.STUCK_ABOVE;
    }

    private Waiting remember(Element element) {
        Waiting now = waiting();
        if (now.tally().messages() == 0) {
            route.node().backlog().join(this);
        }
        route.node().backlog().addBytes(element.bytes());
        return now;
    }

    /**
     * The wire takes frames again: makes the caller the writer and answers what has left. Null
     * where there is nothing to do.
     */
    final synchronized @Nullable Batch writable() {
        if (state == State.WRITING) {
            state = State.WRITABLE_EARLY;
        }
        if (state != State.FULL) {
            return null;
        }
        state = State.WRITING;
        return removeInFlight();
    }

    private Batch removeInFlight() {
        Batch batch = waiting().removeInFlight(route.node().wheel().nowNanos());
        route.node().backlog().addBytes(-batch.tally().bytes());
        if (waiting().tally().messages() == 0) {
            route.node().backlog().leave(this);
        }
        return batch;
    }

    /** What the writer writes next. Null where it is the writer no more. */
    final synchronized @Nullable Batch next(Drained drained) {
        Waiting now = waiting;
        if (now != null && !now.isAboveLow()) {
            drained.writable.addAll(now.takeUntilWritable());
        }
        if (state == State.ENDED) {
            return null;
        }
        if (now != null && now.hasMessages()) {
            Batch batch = now.takeBatch(route.node().wheel().nowNanos());
            unwatch();
            return batch;
        }
        if (now != null && now.closing() != null) {
            drained.closing = now.closing();
            drained.dropped = end();
            return null;
        }
        state = State.IDLE;
        if (now != null) {
            watch(now);
        }
        letGo();
        return null;
    }

    /** The same after the writer has written {@code batch}; {@code taken} is what the wire said. */
    final synchronized @Nullable Batch nextAfter(Batch batch, boolean taken, Drained drained) {
        if (state == State.ENDED) {
            (taken ? drained.written : drained.lost).addAll(batch.elements());
            return null;
        }
        if (!taken && state != State.WRITABLE_EARLY) {
            state = State.FULL;
            return null;
        }
        state = State.WRITING;
        drained.written.addAll(removeInFlight().elements());
        return next(drained);
    }

    /**
     * The wire holds a copy of the batch, which counts as retained, and maybe a form of that of its
     * own.
     */
    final synchronized void heldByWire(Batch batch, OutboundFrame copy, int formBytes) {
        if (waiting == null) {
            batch.heldByWire(copy, formBytes);
        } else {
            waiting.heldByWire(batch, copy, formBytes);
        }
    }

    /** Ends an idle queue, has the writer end a busy one when it is empty. */
    final synchronized Begun beginClosing(CloseDeadline deadline) {
        if (isClosing()) {
            return new Begun(Closing.BEFORE, null);
        }
        if (state == State.IDLE) {
            return new Begun(Closing.NOW, end());
        }
        waiting().beginClosing(deadline);
        return new Begun(Closing.WHEN_EMPTY, null);
    }

    /**
     * Refuses offers from now on. What is returned belongs to the caller; what a writer is writing
     * at this moment is not in it, but left to the writer.
     */
    final synchronized @Nullable Waiting end() {
        Waiting dropped = waiting;
        waiting = null;
        if (dropped != null) {
            dropped.discharge();
            UnfinishedMessage watch = dropped.takeWatch();
            if (watch != null) {
                route.node().wheel().cancel(watch);
            }
        }
        if (dropped != null && dropped.tally().messages() > 0) {
            lostMessages = dropped.tally().messages();
            route.node().backlog().addBytes(-dropped.tally().bytes());
            route.node().backlog().leave(this);
            if (state != State.FULL) {
                dropped.leaveInFlight();
            }
        }
        state = State.ENDED;
        return dropped;
    }

    /** True where offers are refused, possibly with messages still to write. */
    final synchronized boolean isClosing() {
        return state == State.ENDED || (waiting != null && waiting.closing() != null);
    }

    /** True from {@link SendQueue#fail} on until what was queued before it has left. */
    public final synchronized boolean isGivenUp() {
        return waiting != null && waiting.closing() != null && waiting.closing().givesUp();
    }

    /** What the listener has to be told by the caller, who then calls {@link #endTelling}. */
    final synchronized @Nullable Waiting beginTelling() {
        return waiting != null && waiting.beginTelling() ? waiting : null;
    }

    final synchronized void endTelling(Waiting told) {
        told.endTelling();
        letGo();
    }

    /**
     * Completes when the queue is at or below its low-water mark, at once if it is now; fails with
     * a {@link ClosedChannelException} or {@link SlowConsumerException} when the session is over.
     * Its dependents run under the rules of {@link SendCompletion}.
     */
    public final synchronized CompletionStage<@Nullable Void> whenWritable() {
        if (state == State.ENDED) {
            return CompletableFuture.failedFuture(new ClosedChannelException());
        }
        return waiting == null || !waiting.isAboveLow()
                ? CompletableFuture.completedFuture(null)
                : waiting.untilWritable();
    }

    /** True at or below the low-water mark, unless offers are refused for good. */
    public final synchronized boolean isWritable() {
        return !isClosing() && (waiting == null || !waiting.isAboveLow());
    }

    /** PAUSE: true from the offer that crossed the high-water mark until the low is reached. */
    public final synchronized boolean isAboveHighWater() {
        return waiting != null && waiting.isAboveHigh();
    }

    /** Messages that were queued and in flight when the queue ended, and so are lost. */
    public final synchronized int lostMessages() {
        return lostMessages;
    }

    /** Messages queued and in flight. */
    public final synchronized int queuedMessages() {
        return waiting == null ? 0 : waiting.tally().messages();
    }

    /** Their bytes, headers included. */
    public final synchronized long queuedBytes() {
        return waiting == null ? 0 : waiting.tally().bytes();
    }

    final synchronized boolean isAboveLowWaterSince(long sinceNanos) {
        return waiting != null && waiting.isAboveLowSince(sinceNanos);
    }

    /** Whether the governor may end this: it says why. */
    final synchronized boolean isEvictable(long sinceNanos) {
        return route.settings().policy() == OverflowPolicy.EVICT
                && !isClosing()
                && waiting != null
                && waiting.isAboveLowSince(sinceNanos)
                && waiting.isKeptAboveLow();
    }

    /** Null where it has not been above its low-water mark since then. */
    final synchronized @Nullable SlowQueue lookIfSlow(long sinceNanos) {
        return waiting != null && waiting.isAboveLowSince(sinceNanos)
                ? waiting.look(this, policy(waiting))
                : null;
    }

    /** Channel sessions may have lanes under LATEST beside what must be sent. */
    private OverflowPolicy policy(Waiting now) {
        OverflowPolicy ofRoute = route.settings().policy();
        return ofRoute == OverflowPolicy.EVICT && !now.isKeptAboveLow()
                ? OverflowPolicy.LATEST
                : ofRoute;
    }

    /** All frames it holds, each once. */
    final synchronized Set<OutboundFrame> frames() {
        return waiting == null ? Set.of() : waiting.frames();
    }

    @Override
    public final synchronized long keptBytes() {
        return waiting == null ? 0 : waiting.keptBytes();
    }

    /** Of a client that keeps up it is next to nothing, however much it is sent. */
    @Override
    public final synchronized long ageNanos(long nowNanos) {
        return waiting == null ? 0 : waiting.stuckNanos(nowNanos);
    }

    /** Guarded by this. */
    final boolean isEnded() {
        return state == State.ENDED;
    }

    /** Ends the session if it {@link #isEvictable} still. */
    abstract boolean evictIfSlow(long sinceNanos);

    abstract SlowClient describe(SlowQueue slow, long nowNanos);

    /** Caller holds this. */
    private Waiting waiting() {
        Waiting now = waiting;
        if (now == null) {
            now =
                    new Waiting(
                            route.settings().marks(),
                            new QueueCharge(route.node().account(), payer()),
                            route.node().wheel().nowNanos());
            waiting = now;
        }
        return now;
    }

    /** Caller holds this. */
    private void letGo() {
        if (waiting != null && waiting.isSettled()) {
            waiting = null;
        }
    }
}
