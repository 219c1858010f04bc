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
import org.jspecify.annotations.Nullable;

/**
 * What a {@link SendQueue} holds only while there is something to hold: the messages, their sums,
 * and what is to happen behind the last of them.
 *
 * <p>What is in flight, given to a wire that has not taken all of it, counts as queued until it is
 * written: it is on our heap, and a peer that does not read is slow from its first full socket on.
 *
 * <p>Guarded by the lock of its queue; calls nobody.
 */
final class QueueContents {
    /** A write has up to so many bytes, unless it is one larger message. */
    static final int MAX_WRITE_BYTES = 64 * 1024;

    /**
     * The same while the account of all queues is pressed: what a write gathers is a copy that the
     * queue has to itself until the peer has read it.
     */
    private static final int PRESSED_WRITE_BYTES = 8 * 1024;

    /** A frame for many sessions of this size goes alone, uncopied. */
    private static final int ALONE_BYTES = 4 * 1024;

    private static final Tally NOTHING = new Tally();

    /** What is not in flight. The last one is a message, never a notice of skipped ones. */
    private final ArrayDeque<Element> elements = new ArrayDeque<>();

    /** Null while no message in parts has begun and not ended. */
    private @Nullable UnfinishedMessage unfinished;

    private @Nullable InFlight inFlight;

    /** With what is in flight. */
    private final Tally tally = new Tally();

    private final WaterLevel level;
    private final QueueCharge charge;
    private @Nullable CloseDeadline closing;

    /** When the peer has last taken something, or this began. */
    private long progressNanos;

    QueueContents(WaterMarks marks, QueueCharge charge, long nowNanos) {
        this.level = new WaterLevel(marks);
        this.charge = charge;
        this.progressNanos = nowNanos;
    }

    // What comes in.

    void add(Element message, long nowNanos) {
        elements.add(message);
        tally.add(message);
        charge.add(message);
        level.judge(tally, nowNanos);
    }

    /** What is told before the next message, which must follow at once. */
    void add(SkipNotice<?> notice) {
        elements.add(notice);
        charge.addNotices(1);
    }

    /** What went to the wire past the queue and stuck there. */
    void addInFlight(Direct messages, int formBytes, long nowNanos) {
        InFlight stuck = new InFlight(List.of(messages));
        inFlight = stuck;
        tally.add(messages);
        charge.add(messages);
        heldByWire(stuck, messages.frame(), formBytes);
        level.judge(tally, nowNanos);
    }

    /**
     * LATEST: drops what may be dropped until what waits is at the high-water mark, if it is above.
     * What is in flight does not count here: no dropping makes it less.
     *
     * @return the messages dropped, oldest first
     */
    List<Queued> thin() {
        if (!isUnsentAboveHigh() || !tally.hasDroppable()) {
            return List.of();
        }
        Thinning thinning = new Thinning(level.marks(), elements);
        List<Queued> dropped = thinning.run();
        // Not judged by the low mark: a peer that does not read is as slow as before.
        dropped.forEach(tally::remove);
        charge.removeAll(dropped);
        charge.addNotices(thinning.notices());
        return dropped;
    }

    /**
     * DEMOTE: gives up what the log has too, if what waits is above the high-water mark.
     *
     * @return what was given up, oldest first
     */
    List<QueuedTurn<?>> cutIfAbove(long nowNanos) {
        // One that waits alone stays, or a turn larger than the mark could never be sent.
        return isUnsentAboveHigh() && elements.size() > 1 ? cut(nowNanos) : List.of();
    }

    /** DEMOTE: gives up all that the log has too and that is not in flight. */
    List<QueuedTurn<?>> cut(long nowNanos) {
        List<QueuedTurn<?>> given = new ArrayList<>(0);
        for (Element element : elements) {
            if (element instanceof QueuedTurn<?> turn && turn.isDroppable()) {
                given.add(turn);
            }
        }
        if (given.isEmpty()) {
            return given;
        }
        elements.removeIf(element -> element instanceof QueuedTurn<?> turn && turn.isDroppable());
        given.forEach(tally::remove);
        charge.removeAll(given);
        level.fall(tally, nowNanos);
        given.forEach(QueuedTurn::cut);
        return given;
    }

    private boolean isUnsentAboveHigh() {
        WaterMarks marks = level.marks();
        Tally flying = inFlight == null ? NOTHING : inFlight.tally();
        return tally.messages() - flying.messages() > marks.highMessages()
                || tally.bytes() - flying.bytes() > marks.highBytes();
    }

    // What goes out.

    /** Whether a frame of this message, or a whole one if null, may go now. */
    boolean permits(@Nullable Parts parts) {
        return unfinished == null || unfinished.parts() == parts;
    }

    /** The frame goes next, which is a part of a message. */
    void partLeaves(SendQueue queue, Parts parts, OutboundFrame frame, long nowNanos) {
        UnfinishedMessage message = unfinished;
        if (frame.fin() == OutboundFrame.Fin.LAST) {
            unfinished = null;
            if (message != null) {
                message.end();
            }
            return;
        }
        if (message == null) {
            message = new UnfinishedMessage(queue, parts);
            unfinished = message;
        }
        message.partLeaves(nowNanos);
    }

    /** Null while no message in parts has begun and not ended. */
    @Nullable UnfinishedMessage unfinished() {
        return unfinished;
    }

    /** Has the message in parts watched where others wait for its end. */
    void watchIfOthersWait(long nowNanos) {
        UnfinishedMessage message = unfinished;
        if (message != null && !message.isWatched() && !elements.isEmpty() && !hasMessages()) {
            message.watch(nowNanos);
        }
    }

    /** When the message in parts was last seen to go on. */
    long lastProgressNanos(UnfinishedMessage message) {
        long partNanos = message.partNanos();
        return progressNanos - partNanos > 0 ? progressNanos : partNanos;
    }

    /** True where one may go now. */
    boolean hasMessages() {
        return peekNext() != null;
    }

    /**
     * True where a writer has something to do: messages, the Close after them, or somebody to tell
     * that the queue is writable, which it is since it gave up what waited.
     */
    boolean needsWriter() {
        return hasMessages() || closing != null || level.owesWritable();
    }

    /** The first that may go; null: none. */
    private @Nullable Element peekNext() {
        UnfinishedMessage message = unfinished;
        if (message == null) {
            return elements.peek();
        }
        for (Element element : elements) {
            if (element.parts() == message.parts()) {
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
    InFlight takeNext(SendQueue queue, long nowNanos) {
        List<Element> taken = new ArrayList<>();
        int most = charge.isAccountPressed() ? PRESSED_WRITE_BYTES : MAX_WRITE_BYTES;
        long bytes = 0;
        boolean alone = false;
        for (Element next = peekNext();
                next != null && !alone && (bytes == 0 || fits(next, bytes, most));
                next = peekNext()) {
            bytes += next.bytes();
            taken.add(next);
            remove(next);
            alone = goesAlone(next);
            Parts parts = next.parts();
            OutboundFrame frame = next.frame();
            if (parts != null && frame != null) {
                partLeaves(queue, parts, frame, nowNanos);
            }
        }
        InFlight flying = new InFlight(taken);
        inFlight = flying;
        return flying;
    }

    private static boolean fits(Element next, long bytes, int most) {
        return bytes + next.bytes() <= most && !goesAlone(next);
    }

    private static boolean goesAlone(Element element) {
        OutboundFrame frame = element.frame();
        return frame != null && frame.bytes() >= ALONE_BYTES && frame.isForMany();
    }

    /** The wire holds a copy of what is in flight, and maybe a form of that of its own. */
    void heldByWire(InFlight flying, OutboundFrame copy, int formBytes) {
        flying.heldByWire(copy, formBytes);
        if (inFlight == flying) {
            charge.addHeld(flying);
        }
    }

    /** The wire has taken all that was in flight. */
    InFlight removeInFlight(long nowNanos) {
        InFlight landed = Objects.requireNonNull(inFlight);
        inFlight = null;
        progressNanos = nowNanos;
        tally.remove(landed.tally());
        discharge(landed);
        level.judge(tally, nowNanos);
        return landed;
    }

    private void discharge(InFlight flying) {
        charge.removeAll(flying.elements());
        charge.removeHeld(flying);
    }

    // The end.

    /** The Close that is to follow the last message. */
    void closeBehindLast(CloseDeadline deadline) {
        closing = deadline;
    }

    /** Null where no Close follows the last message. */
    @Nullable CloseDeadline closing() {
        return closing;
    }

    /** The queue is over: nothing of it is charged any more, and nothing is watched. */
    void end() {
        if (inFlight != null) {
            discharge(inFlight);
        }
        charge.removeAll(List.copyOf(elements));
        charge.close();
        if (unfinished != null) {
            unfinished.end();
        }
    }

    /** Leaves what is in flight to the thread that is writing it at this moment. */
    void leaveInFlight() {
        inFlight = null;
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

    /** True where nothing is left to remember. */
    boolean isSettled() {
        return tally.messages() == 0 && unfinished == null && closing == null && level.isSettled();
    }

    // What others want to know.

    /** All messages and their bytes, with those in flight. */
    Tally tally() {
        return tally;
    }

    /** Messages of which the wire has had nothing yet. */
    int unsentMessages() {
        return tally.messages() - (inFlight == null ? 0 : inFlight.tally().messages());
    }

    WaterLevel level() {
        return level;
    }

    /** Whether the low mark is passed by that alone which may not be dropped. */
    boolean isKeptAboveLow() {
        WaterMarks marks = level.marks();
        return tally.keptMessages() > marks.lowMessages() || tally.keptBytes() > marks.lowBytes();
    }

    /** Whether the account of all queues wants this one to grow no further. */
    boolean isPressed() {
        return charge.isPressed();
    }

    /**
     * Without what is in flight of a log: that is bounded elsewhere, and goes as the peer reads.
     */
    long keptBytes() {
        return charge.keptBytes() - (inFlight == null ? 0 : inFlight.loggedBytes());
    }

    /** For how long the peer has taken nothing. */
    long stuckNanos(long nowNanos) {
        return nowNanos - progressNanos;
    }

    /** All frames that are kept, each once. */
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
}
