package io.highwater.wire.deflate;

import io.highwater.wire.FrameForms;
import io.highwater.wire.OutboundFrame;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One or more messages for many connections, in the forms that these share. A form is made by the
 * first connection that needs it. Thread-safe.
 *
 * <p>The fresh form refers to nothing before it, so every peer can read it. The chained form refers
 * to the channel's dictionary, and can be read by those who got all of that.
 */
abstract sealed class SharedForm permits MessageForm, TurnForm {
    /** OutboundFrame and the header of its array. */
    private static final int FRAME_BYTES = 48;

    private final OutboundFrame plain;
    private final int textBytes;
    private final @Nullable SharedDictionary base;
    private final @Nullable SharedDictionary next;

    // Each is made once, under the lock; whoever finds it made needs no lock.

    private volatile @Nullable OutboundFrame fresh;
    private volatile @Nullable OutboundFrame chained;

    SharedForm(
            OutboundFrame plain,
            int textBytes,
            @Nullable SharedDictionary base,
            @Nullable SharedDictionary next) {
        this.plain = plain;
        this.textBytes = textBytes;
        this.base = base;
        this.next = next;
    }

    /** The frame that queues keep, as it goes where it is not compressed. */
    final OutboundFrame plain() {
        return plain;
    }

    /** False where all of it goes as it is. */
    final boolean isWorthIt() {
        return textBytes > 0;
    }

    /** Bytes of the text that is compressed. */
    final int textBytes() {
        return textBytes;
    }

    /** Bytes of the longest message: what has to fit a peer's window. */
    abstract int longestBytes();

    /** The channel's dictionary before it; null where it is no part of a chain. */
    final @Nullable SharedDictionary base() {
        return base;
    }

    /** The channel's dictionary after it; null where it is no part of a chain. */
    final @Nullable SharedDictionary next() {
        return next;
    }

    final OutboundFrame fresh() {
        OutboundFrame made = fresh;
        return made == null ? makeFreshOnce() : made;
    }

    private synchronized OutboundFrame makeFreshOnce() {
        OutboundFrame made = fresh;
        if (made == null) {
            made = makeFresh();
            fresh = made;
            keep(made);
        }
        return made;
    }

    /** Only where there is a {@link #base}. */
    final OutboundFrame chained() {
        OutboundFrame made = chained;
        return made == null ? makeChainedOnce() : made;
    }

    private synchronized OutboundFrame makeChainedOnce() {
        OutboundFrame made = chained;
        if (made == null) {
            made = makeChained(Objects.requireNonNull(base, "not of a chain"));
            chained = made;
            if (made != fresh) {
                keep(made);
            }
        }
        return made;
    }

    /** The form stays with the frame that queues keep. */
    private void keep(OutboundFrame form) {
        if (form != plain) {
            keep(FRAME_BYTES + form.bytes());
        }
    }

    /** So many bytes more stay with the frame that queues keep. */
    final void keep(int bytes) {
        FrameForms keeper = plain.forms();
        if (keeper != null) {
            keeper.onMade(bytes);
        }
    }

    /** Called once, under the lock of this form. */
    abstract OutboundFrame makeFresh();

    /**
     * Called once, under the lock of this form.
     *
     * @param before the channel's dictionary
     */
    abstract OutboundFrame makeChained(SharedDictionary before);

    /** The dictionary of a connection that has got this after {@code dictionary}. */
    abstract Dictionary appendedTo(Dictionary dictionary, int maxBytes);
}
