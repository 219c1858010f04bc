package io.highwater.outbound;

import io.highwater.wire.OutboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one subscription under {@link OverflowPolicy#LATEST}: the queue keeps the newest
 * of these, and tells the client which of these it skipped. One series is told from another by
 * identity: a subscription that replaces another is a series of its own, so that no notice of
 * skipped messages reaches over the answer between the two.
 *
 * <p>A session has one series for each subscription, which the subscription itself may implement.
 *
 * @param <P> the position of a message in the series, opaque here; later offers have later ones
 */
public interface LatestSeries<P> {
    /** How many messages, or keys where keys are used, are kept at most: at least 1, constant. */
    int latestCount();

    /**
     * Makes the frame that tells the client what was skipped. Called when the frame is to be
     * written, by the thread that writes, under no lock; must not block.
     *
     * @param first the position of the first message skipped
     * @param last of the last one; {@code first} itself where it was one
     * @param count messages skipped, at least 1
     * @return null where the client is told nothing
     */
    @Nullable OutboundFrame skippedFrame(P first, P last, long count);
}
