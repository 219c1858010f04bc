package io.highwater.outbound;

/**
 * The messages of one subscription under {@link OverflowPolicy#LATEST}: the newest are kept among
 * these, and gaps merge among these alone. Told from other lanes by identity: a subscription that
 * replaces another is a lane of its own, so that no gap reaches over the answer between them.
 *
 * <p>A session has one lane a subscription, which the subscription itself may implement.
 *
 * @param <P> where a message stands in the lane; positions of later offers are later
 */
public interface LatestLane<P> extends GapFrames<P> {
    /** Messages, or keys where keys are used, that are kept at most; at least 1 and constant. */
    int latestCount();
}
