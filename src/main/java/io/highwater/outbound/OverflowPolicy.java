package io.highwater.outbound;

import io.highwater.api.Api;

/** What happens to an offer above the high-water mark. */
@Api
public enum OverflowPolicy {
    /** The session ends with 1013: a client that reads too slowly comes back and catches up. */
    EVICT,

    /**
     * The queue keeps the newest messages, or the newest of each key once keys are used, and drops
     * older ones. Where the protocol has a word for it, the client is told how many.
     */
    LATEST,

    /**
     * The session stops reading from the peer and tells the producer, until the queue is at its
     * low-water mark. The queue still takes up to twice the high-water mark, for what a producer
     * had in hand; then it refuses offers.
     */
    PAUSE
}
