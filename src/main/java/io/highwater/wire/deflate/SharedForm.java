package io.highwater.wire.deflate;

import io.highwater.wire.OutboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * One or more messages for many connections, in the forms that these share. A form is made by the
 * first connection that needs it. Thread-safe.
 *
 * <p>The fresh form refers to nothing before it, so every peer can read it. The chained form refers
 * to the channel's tail, and can be read by those who got all of that.
 */
interface SharedForm {
    /** OutboundFrame and the header of its array. */
    int FRAME_BYTES = 40;

    /** False where all of it goes as it is. */
    default boolean isWorthIt() {
        return textBytes() > 0;
    }

    /** Bytes of the text that is compressed. */
    int textBytes();

    /** Bytes of the longest message: what has to fit a peer's window. */
    int longestBytes();

    /** The channel's tail before it; null where it is not part of a chain. */
    @Nullable Tail base();

    /** The channel's tail after it; null where it is not part of a chain. */
    @Nullable Tail next();

    OutboundFrame plain();

    OutboundFrame fresh();

    /** Only where there is a {@link #base}. */
    OutboundFrame chained();

    /** What a form takes of the heap. */
    static int bytes(OutboundFrame form) {
        return FRAME_BYTES + form.bytes();
    }

    /** The history of a connection that has got it after this one. */
    History appendedTo(History history, int maxBytes);
}
