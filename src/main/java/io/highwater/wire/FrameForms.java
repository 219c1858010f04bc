package io.highwater.wire;

import io.highwater.limits.Book;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is kept beside an {@link OutboundFrame} so that a {@link WireExtension} can send it in
 * another form: of what it is made, and what was made of it, once for all who share the frame. A
 * frame for one session has none. Thread-safe.
 *
 * <p>What was made counts as kept for as long as a queue keeps the frame, whoever had it made: the
 * one subscriber that is fast makes compressed forms of what all slow ones hold on to.
 */
public abstract class FrameForms {
    /** The frame's bytes are all that may ever be sent of it: it holds a secret. */
    public static final FrameForms PLAIN_ONLY = new FrameForms() {};

    /** It is a form itself, which many wires share: it counts with the frame that it is made of. */
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

    /** This alone. By the layouts of a 64-bit JVM with references of 4 bytes. */
    private static final int OBJECT_BYTES = 32;

    /** Written under this. */
    private volatile @Nullable Object made;

    /** Above, the queues that keep the frame; below, the bytes that were made of it. */
    @SuppressWarnings("unused") // by its updater
    private volatile long kept;

    /** Where queues charge it; the same for all of a node. */
    private volatile @Nullable Book book;

    /** Whether many sessions are sent the frame. */
    public boolean isForMany() {
        return false;
    }

    /** What this takes of the heap beside what is made later. */
    protected int objectBytes() {
        return OBJECT_BYTES;
    }

    /**
     * A queue keeps the frame from now on. Returns the bytes of this and what was made of it, which
     * that queue charges to the book; -1 where another has.
     */
    public final long retain(Book charged) {
        if (book == null) {
            book = charged;
        }
        long before = KEPT.getAndAdd(this, QUEUE);
        return before < QUEUE ? objectBytes() + (before & BYTES) : -1;
    }

    /**
     * A queue keeps the frame no more. Returns the bytes that were charged, of the last one; else
     * -1.
     */
    public final long release() {
        long after = KEPT.addAndGet(this, -QUEUE);
        return after < QUEUE ? objectBytes() + (after & BYTES) : -1;
    }

    /** So much was made of the frame, and stays with it. */
    public final void onMade(int bytes) {
        // In one step with the queues that come and go: each byte is charged once, and given back.
        long before = KEPT.getAndAdd(this, bytes);
        if (before >= QUEUE) {
            Objects.requireNonNull(book).addShared(bytes);
        }
    }

    /** Bytes that were made of the frame so far. */
    public final long madeBytes() {
        return kept & BYTES;
    }

    /** What an extension keeps here, made now if it is the first to ask. */
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

    /** Of one message that many sessions are sent. */
    static final class Broadcast extends FrameForms {
        @Override
        public boolean isForMany() {
            return true;
        }
    }

    /** Of several frames one behind the other. */
    public static final class Joined extends FrameForms {
        private final List<OutboundFrame> parts;

        /** Asked for by each session that the frame is sent to. */
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
