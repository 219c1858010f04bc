package io.highwater.wire;

import io.highwater.limits.Book;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is kept beside an {@link OutboundFrame} so that a {@link WireExtension} can send it in
 * another form: what the frame is made of, and what was made of it, once for all sessions that
 * share it. A frame for one session has none. Thread-safe.
 *
 * <p>What was made counts as kept for as long as a queue keeps the frame, whichever session had it
 * made: one fast subscriber makes compressed forms that all slow ones hold on to.
 */
public abstract class FrameForms {
    /** Nothing but the frame's own bytes may ever be sent: it holds a secret. */
    public static final FrameForms PLAIN_ONLY =
            new FrameForms() {
                @Override
                public boolean isPlainOnly() {
                    return true;
                }
            };

    /**
     * The frame is itself a form that many wires share: it counts with the frame it was made of.
     */
    public static final FrameForms SHARED =
            new FrameForms() {
                @Override
                public boolean isForMany() {
                    return true;
                }
            };

    private static final AtomicLongFieldUpdater<FrameForms> KEPT =
            AtomicLongFieldUpdater.newUpdater(FrameForms.class, "kept");

    /** One queue, in the upper half of {@link #kept}. */
    private static final long QUEUE = 1L << 32;

    private static final long BYTES = QUEUE - 1;

    /** This object alone, by the layout of a 64-bit JVM with references of 4 bytes. */
    private static final int OBJECT_BYTES = 32;

    /** Written under this. */
    private volatile @Nullable Object made;

    /** Upper half: the queues that keep the frame. Lower half: the bytes that were made of it. */
    @SuppressWarnings("unused") // by its updater
    private volatile long kept;

    /** The book that queues charge; the same for all frames of a node. */
    private volatile @Nullable Book book;

    /** Whether nothing but the frame's own bytes may ever be sent. */
    public boolean isPlainOnly() {
        return false;
    }

    /** Whether many sessions are sent the frame. */
    public boolean isForMany() {
        return false;
    }

    /** Bytes of heap that this object takes beside what is made later. */
    protected int objectBytes() {
        return OBJECT_BYTES;
    }

    /**
     * A queue keeps the frame from now on. Returns the bytes of this object and of what was made of
     * the frame, which that queue must charge to the book; -1 if another queue has charged them.
     */
    public final long retain(Book charged) {
        if (book == null) {
            book = charged;
        }
        long before = KEPT.getAndAdd(this, QUEUE);
        return before < QUEUE ? objectBytes() + (before & BYTES) : -1;
    }

    /**
     * A queue no longer keeps the frame. Returns the bytes that were charged if that was the last
     * queue, else -1.
     */
    public final long release() {
        long after = KEPT.addAndGet(this, -QUEUE);
        return after < QUEUE ? objectBytes() + (after & BYTES) : -1;
    }

    /** More bytes were made of the frame, and stay with it. */
    public final void onMade(int bytes) {
        // One atomic step with the count of queues: each byte is charged once, and given back once.
        long before = KEPT.getAndAdd(this, bytes);
        if (before >= QUEUE) {
            Objects.requireNonNull(book).addShared(bytes);
        }
    }

    /** Bytes that were made of the frame so far. */
    public final long madeBytes() {
        return kept & BYTES;
    }

    /** What an extension keeps here; made now if nothing is kept yet. */
    public final <T> T made(Class<T> type, Supplier<T> first) {
        Object present = made;
        return present == null ? make(type, first) : type.cast(present);
    }

    private synchronized <T> T make(Class<T> type, Supplier<T> first) {
        Object present = made;
        if (present == null) {
            present = first.get();
            made = present;
        }
        return type.cast(present);
    }

    /** The forms of one message that is sent to many sessions. */
    static final class Broadcast extends FrameForms {
        @Override
        public boolean isForMany() {
            return true;
        }
    }

    /** One message that is sent to many sessions, of which no form may be made. */
    static final class SecretBroadcast extends FrameForms {
        @Override
        public boolean isPlainOnly() {
            return true;
        }

        @Override
        public boolean isForMany() {
            return true;
        }
    }

    /** The forms of several frames that follow each other. */
    public static final class Joined extends FrameForms {
        private final List<OutboundFrame> parts;

        /** Computed once, since each session that the frame is sent to asks for it. */
        private final int messages;

        private final int payloadBytes;

        Joined(List<OutboundFrame> parts) {
            this.parts = parts;
            int ends = 0;
            int bytes = 0;
            for (OutboundFrame part : parts) {
                ends += part.messages();
                bytes += part.payloadBytes();
            }
            this.messages = ends;
            this.payloadBytes = bytes;
        }

        int messages() {
            return messages;
        }

        int payloadBytes() {
            return payloadBytes;
        }

        @Override
        public boolean isForMany() {
            return parts.stream().allMatch(OutboundFrame::isForMany);
        }

        /** Two or more, none of them joined itself. */
        public List<OutboundFrame> parts() {
            return parts;
        }
    }
}
