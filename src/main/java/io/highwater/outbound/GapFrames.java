package io.highwater.outbound;

import io.highwater.wire.OutboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * Makes the frame that stands in for messages that LATEST has dropped.
 *
 * @param <P> where a message stands among those of its lane; opaque here
 */
@FunctionalInterface
public interface GapFrames<P> {
    /**
     * Called when the gap is written, by the thread that writes, under no lock; must not block.
     *
     * @param first the place of the first message dropped
     * @param last of the last one; {@code first} itself where it was one
     * @param count messages dropped, at least 1
     * @return null where the peer is told nothing
     */
    @Nullable OutboundFrame gapFrame(P first, P last, long count);
}
