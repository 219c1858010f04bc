package io.highwater.outbound;

import io.highwater.limits.Book;
import io.highwater.limits.Payer;
import io.highwater.wire.FrameForms;
import io.highwater.wire.OutboundFrame;
import java.util.List;

/**
 * Charges what one queue keeps to {@link io.highwater.limits.Account#OUTBOUND}. What is for this
 * session alone is charged to its address. A frame that many sessions are sent is charged once, to
 * no address, for as long as any queue keeps it. Guarded by the lock of its queue; calls nobody.
 */
final class QueueCharge {
    /**
     * The price of a session has this; so a queue that comes and goes costs no atomic operation.
     */
    private static final int FREE_BYTES = 2 << 10;

    /**
     * What is charged is rounded to the nearest of these: each step is an atomic operation, and
     * small queues are off by little.
     */
    private static final int STEP_BYTES = 512;

    // By the layouts of a 64-bit JVM with references of 4 bytes, JDK 17 and 25. Measured.

    /**
     * QueueContents, its WaterLevel, two Tallies, an ArrayDeque of 16, this, an InFlight, its list.
     */
    private static final int QUEUE_BYTES = 400;

    /** Queued, or Direct, and its place. */
    private static final int ELEMENT_BYTES = 40;

    /** What LATEST has to know of a message: Droppable. */
    private static final int DROPPABLE_BYTES = 24;

    /** SkipNotice and its place; its positions belong to messages that many have. */
    private static final int NOTICE_BYTES = 40;

    /** OutboundFrame. */
    private static final int FRAME_OBJECT_BYTES = 32;

    /** The same, and the header of its array. */
    private static final int FRAME_BYTES = FRAME_OBJECT_BYTES + 16;

    private final Book book;
    private final Payer payer;

    private long ownBytes = QUEUE_BYTES;
    private long sharedBytes;
    private long chargedBytes;

    QueueCharge(Book book, Payer payer) {
        this.book = book;
        this.payer = payer;
    }

    void add(Element element) {
        ownBytes += bytes(element);
        OutboundFrame frame = element.frame();
        if (frame != null) {
            add(frame);
        }
        charge();
    }

    void remove(Element element) {
        ownBytes -= bytes(element);
        OutboundFrame frame = element.frame();
        if (frame != null) {
            remove(frame);
        }
        charge();
    }

    void removeAll(List<? extends Element> elements) {
        elements.forEach(this::remove);
    }

    /** There are so many more notices of skipped messages, or fewer. */
    void addNotices(int notices) {
        ownBytes += (long) notices * NOTICE_BYTES;
        charge();
    }

    /** Without its frame, which may be another's too. */
    private static int bytes(Element element) {
        if (element.frame() == null) {
            return NOTICE_BYTES;
        }
        return element.droppable() == null ? ELEMENT_BYTES : ELEMENT_BYTES + DROPPABLE_BYTES;
    }

    /** Charges what the wire holds of what is in flight, beside its elements. */
    void addHeld(InFlight flying) {
        long held = heldBytes(flying);
        flying.chargedBytes(held);
        ownBytes += held;
        charge();
    }

    /** Takes off as much as was added, whatever has been made of it since. */
    void removeHeld(InFlight flying) {
        ownBytes -= flying.chargedBytes();
        flying.chargedBytes(0);
        charge();
    }

    private static long heldBytes(InFlight flying) {
        OutboundFrame copy = flying.copy();
        int form = flying.formBytes() == 0 ? 0 : flying.formBytes() + FRAME_BYTES;
        return form + (copy == null ? 0 : copyBytes(copy));
    }

    /** With the forms made of it before it got stuck; none are made later. */
    private static long copyBytes(OutboundFrame joined) {
        FrameForms forms = joined.forms();
        return joined.bytes() + FRAME_BYTES + (forms == null ? 0 : forms.madeBytes());
    }

    private void add(OutboundFrame frame) {
        add(frame, frame.bytes() + FRAME_BYTES);
        if (frame.forms() instanceof FrameForms.Joined joined) {
            joined.parts().forEach(part -> add(part, bytesBeside(frame, part)));
        }
    }

    /** What a part takes beside the joined frame, which may hold its bytes. */
    private static int bytesBeside(OutboundFrame joined, OutboundFrame part) {
        return joined.holds(part) ? FRAME_OBJECT_BYTES : part.bytes() + FRAME_BYTES;
    }

    private void add(OutboundFrame frame, int bytes) {
        FrameForms forms = frame.forms();
        if (forms == null || !forms.isForMany()) {
            ownBytes += bytes;
        } else {
            sharedBytes += bytes;
            long made = forms.retain(book);
            if (made >= 0) {
                book.addShared(bytes + made);
            }
        }
    }

    private void remove(OutboundFrame frame) {
        remove(frame, frame.bytes() + FRAME_BYTES);
        if (frame.forms() instanceof FrameForms.Joined joined) {
            joined.parts().forEach(part -> remove(part, bytesBeside(frame, part)));
        }
    }

    private void remove(OutboundFrame frame, int bytes) {
        FrameForms forms = frame.forms();
        if (forms == null || !forms.isForMany()) {
            ownBytes -= bytes;
        } else {
            sharedBytes -= bytes;
            long made = forms.release();
            if (made >= 0) {
                book.addShared(-bytes - made);
            }
        }
    }

    /** Bytes that would go with this queue, if others keep nothing of them. */
    long keptBytes() {
        return ownBytes + sharedBytes;
    }

    /** Whether the queue is to grow no further, if its producer can wait. */
    boolean isPressed() {
        return book.isPressed(payer, ownBytes);
    }

    /** Whether all queues together keep so much that none should make copies of what it shares. */
    boolean isAccountPressed() {
        return book.isPressed();
    }

    /** Nothing is kept any more. */
    void close() {
        book.add(payer, -chargedBytes);
        chargedBytes = 0;
        ownBytes = 0;
    }

    private void charge() {
        long due =
                ownBytes <= FREE_BYTES ? 0 : (ownBytes + STEP_BYTES / 2) / STEP_BYTES * STEP_BYTES;
        if (due != chargedBytes) {
            book.add(payer, due - chargedBytes);
            chargedBytes = due;
        }
    }
}
