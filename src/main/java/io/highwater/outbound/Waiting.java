package io.highwater.outbound;

import io.highwater.wire.OutboundFrame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link SendQueue} holds only while there is something to hold: the messages, their sums,
 * where they stand against the marks, and who waits for that to change.
 *
 * <p>What is in flight, given to a wire that has not taken all of it, counts as queued until it is
 * written: it is on our heap, and a peer that does not read is slow from its first full socket on.
 *
 * <p>Guarded by the lock of its queue.
 */
final class Waiting {
    /** A write has up to so many bytes, unless it is one larger message. */
    static final int MAX_BATCH_BYTES = 64 * 1024;

    private static final Tally NOTHING = new Tally();

    private final WaterMarks marks;

    /** What is not in flight. The last one is a message, never a gap. */
    private final ArrayDeque<Element> elements = new ArrayDeque<>();

    /**
     * The message whose first part has left, or is leaving, and whose last has not: between them
     * nothing but its own parts may go (RFC 6455 section 5.4). Null: none.
     */
    private @Nullable Parts open;

    /** Null unless something waits for the end of {@code open}. */
    private @Nullable UnfinishedMessage watch;

    /** When the last part left. */
    private long partNanos;

    private @Nullable Batch inFlight;

    /** With what is in flight. */
    private final Tally tally = new Tally();

    private List<Queued> thinned = List.of();

    private boolean aboveLow;
    private long aboveLowSinceNanos;

    /** From the offer that crossed the high mark until the low mark is reached. */
    private boolean aboveHigh;

    /** What the listener heard last, and whether a thread is about to tell it. */
    private boolean toldAboveHigh;

    private boolean telling;

    private @Nullable List<CompletableFuture<@Nullable Void>> untilWritable;
    private @Nullable CloseDeadline closing;

    private final QueueCharge charge;

    /** Above it the queue is not low, whatever the marks say: half of what it had when pressed. */
    private long mostLowBytes = Long.MAX_VALUE;

    /** When the peer has last taken something, or this began. */
    private long progressNanos;

    Waiting(WaterMarks marks, QueueCharge charge, long nowNanos) {
        this.marks = marks;
        this.charge = charge;
        this.progressNanos = nowNanos;
    }

    void add(Element message, long nowNanos) {
        elements.add(message);
        tally.add(message);
        charge.add(message);
        judge(nowNanos);
    }

    /** What is told before the next message, which must follow at once. */
    void add(Gap<?> gap) {
        elements.add(gap);
        charge.addGaps(1);
    }

    /** What went to the wire past the queue and stuck there. */
    void addInFlight(Direct messages, int formBytes, long nowNanos) {
        Batch batch = new Batch(List.of(messages));
        inFlight = batch;
        tally.add(messages);
        charge.add(messages);
        heldByWire(batch, messages.frame(), formBytes);
        judge(nowNanos);
    }

    /**
     * LATEST: drops what may be dropped until what waits is at the high-water mark, if it is above.
     * What is in flight does not count here: no dropping makes it less.
     */
    void thin() {
        Tally flying = inFlight == null ? NOTHING : inFlight.tally();
        boolean above =
                tally.messages() - flying.messages() > marks.highMessages()
                        || tally.bytes() - flying.bytes() > marks.highBytes();
        if (above && tally.hasDroppable()) {
            Thinning thinning = new Thinning(marks, elements);
            thinned = thinning.run();
            // Not judged by the low mark: a peer that does not read is as slow as before.
            thinned.forEach(tally::remove);
            charge.removeAll(thinned);
            charge.addGaps(thinning.gaps());
        }
    }

    /** What the last {@link #thin} dropped, oldest first. */
    List<Queued> takeThinned() {
        List<Queued> taken = thinned;
        thinned = List.of();
        return taken;
    }

    private void judge(long nowNanos) {
        boolean low =
                tally.messages() <= marks.lowMessages()
                        && tally.bytes() <= Math.min(marks.lowBytes(), mostLowBytes);
        if (low) {
            aboveHigh = false;
            mostLowBytes = Long.MAX_VALUE;
        } else if (!aboveLow) {
            aboveLowSinceNanos = nowNanos;
        }
        aboveLow = !low;
    }

    void crossHigh(long nowNanos) {
        aboveHigh = true;
        if (!aboveLow) {
            // Below its marks, and yet too much for the node: until half of it is gone.
            mostLowBytes = tally.bytes() / 2;
            aboveLow = true;
            aboveLowSinceNanos = nowNanos;
        }
    }

    /** Whether the account of all queues wants this one to grow no further. */
    boolean isPressed() {
        return charge.isPressed();
    }

    long keptBytes() {
        return charge.keptBytes();
    }

    /** The wire holds a copy of what is in flight, and maybe a form of that of its own. */
    void heldByWire(Batch batch, OutboundFrame copy, int formBytes) {
        batch.heldByWire(copy, formBytes);
        if (inFlight == batch) {
            charge.addHeld(batch);
        }
    }

    /** Whether a frame of this message, or a whole one if null, may go now. */
    boolean permits(@Nullable Parts parts) {
        return open == null || open == parts;
    }

    /** The frame goes next. */
    void follow(@Nullable Parts parts, OutboundFrame frame, long nowNanos) {
        if (parts != null) {
            open = frame.fin() == OutboundFrame.Fin.LAST ? null : parts;
            partNanos = nowNanos;
        }
    }

    boolean isInParts() {
        return open != null;
    }

    /** True where something waits for the end of a message in parts and nobody watches that. */
    boolean wantsWatch() {
        return open != null && watch == null && !elements.isEmpty() && !hasMessages();
    }

    void watch(UnfinishedMessage timer) {
        watch = timer;
    }

    @Nullable UnfinishedMessage watch() {
        return watch;
    }

    @Nullable UnfinishedMessage takeWatch() {
        UnfinishedMessage taken = watch;
        watch = null;
        return taken;
    }

    /** When the message in parts was last seen to go on. */
    long partNanos() {
        return progressNanos - partNanos > 0 ? progressNanos : partNanos;
    }

    /** The first that may go; null: none. */
    private @Nullable Element peekNext() {
        if (open == null) {
            return elements.peek();
        }
        for (Element element : elements) {
            if (element.parts() == open) {
                return element;
            }
        }
        return null;
    }

    private void remove(Element next) {
        Iterator<Element> oldestFirst = elements.iterator();
        while (oldestFirst.next() != next) {
            // It waits for the end of the message that this belongs to.
        }
        oldestFirst.remove();
    }

    /** Moves what the next write takes from the queue into flight. */
    Batch takeBatch(long nowNanos) {
        List<Element> taken = new ArrayList<>();
        long bytes = 0;
        for (Element next = peekNext();
                next != null && (bytes == 0 || bytes + next.bytes() <= MAX_BATCH_BYTES);
                next = peekNext()) {
            bytes += next.bytes();
            taken.add(next);
            remove(next);
            OutboundFrame frame = next.frame();
            if (frame != null) {
                follow(next.parts(), frame, nowNanos);
            }
        }
        Batch batch = new Batch(taken);
        inFlight = batch;
        return batch;
    }

    /** The wire has taken all that was in flight. */
    Batch removeInFlight(long nowNanos) {
        Batch batch = Objects.requireNonNull(inFlight);
        inFlight = null;
        progressNanos = nowNanos;
        tally.remove(batch.tally());
        letGo(batch);
        judge(nowNanos);
        return batch;
    }

    private void letGo(Batch batch) {
        charge.removeAll(batch.elements());
        charge.removeHeld(batch);
    }

    /** The queue is over: nothing of it is charged any more. */
    void discharge() {
        if (inFlight != null) {
            letGo(inFlight);
        }
        charge.removeAll(List.copyOf(elements));
        charge.close();
    }

    /** Takes all messages out, those in flight first; the sums stay as they were. */
    List<Element> drop() {
        List<Element> dropped = new ArrayList<>(elements.size() + 1);
        if (inFlight != null) {
            dropped.addAll(inFlight.elements());
            inFlight = null;
        }
        dropped.addAll(elements);
        elements.clear();
        return dropped;
    }

    /** Leaves the batch to the thread that is writing it at this moment. */
    void leaveInFlight() {
        inFlight = null;
    }

    /** True where one may go now. */
    boolean hasMessages() {
        return peekNext() != null;
    }

    /** True where a writer has something to do: messages, or the Close after them. */
    boolean needsWriter() {
        return hasMessages() || closing != null;
    }

    /** All messages and their bytes, with those in flight. */
    Tally tally() {
        return tally;
    }

    boolean isAboveLow() {
        return aboveLow;
    }

    boolean isAboveLowSince(long sinceNanos) {
        return aboveLow && aboveLowSinceNanos - sinceNanos <= 0;
    }

    /** For how long the peer has taken nothing. */
    long stuckNanos(long nowNanos) {
        return nowNanos - progressNanos;
    }

    /** Whether the low mark is passed by that alone which LATEST may not drop. */
    boolean isKeptAboveLow() {
        return tally.keptMessages() > marks.lowMessages() || tally.keptBytes() > marks.lowBytes();
    }

    boolean isAboveHigh() {
        return aboveHigh;
    }

    /** True where the caller now has to tell the listener what {@link #isAboveHigh} says. */
    boolean beginTelling() {
        if (telling || toldAboveHigh == aboveHigh) {
            return false;
        }
        telling = true;
        return true;
    }

    /** What the teller says: fixed while it does. */
    boolean isTellingAboveHigh() {
        return !toldAboveHigh;
    }

    void endTelling() {
        telling = false;
        toldAboveHigh = !toldAboveHigh;
    }

    CompletableFuture<@Nullable Void> untilWritable() {
        CompletableFuture<@Nullable Void> future = new CompletableFuture<>();
        if (untilWritable == null) {
            untilWritable = new ArrayList<>(1);
        }
        untilWritable.add(future);
        return future;
    }

    List<CompletableFuture<@Nullable Void>> takeUntilWritable() {
        List<CompletableFuture<@Nullable Void>> taken = untilWritable;
        untilWritable = null;
        return taken == null ? List.of() : taken;
    }

    void beginClosing(CloseDeadline deadline) {
        closing = deadline;
    }

    /** Null where no Close follows the last message. */
    @Nullable CloseDeadline closing() {
        return closing;
    }

    /** True where nothing is left to remember. */
    boolean isSettled() {
        return tally.messages() == 0
                && open == null
                && closing == null
                && !telling
                && toldAboveHigh == aboveHigh
                && untilWritable == null;
    }

    Set<OutboundFrame> frames() {
        Set<OutboundFrame> frames = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Element element : elements) {
            element.collectFrames(frames);
        }
        if (inFlight != null) {
            inFlight.collectFrames(frames);
        }
        return frames;
    }

    SlowQueue look(GuardedQueue queue, OverflowPolicy policy) {
        int flying = inFlight == null ? 0 : inFlight.tally().messages();
        return new SlowQueue(
                queue,
                policy,
                tally.messages(),
                tally.bytes(),
                tally.messages() - flying,
                aboveLowSinceNanos,
                frames());
    }
}
