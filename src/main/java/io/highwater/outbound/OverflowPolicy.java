package io.highwater.outbound;

import io.highwater.api.Api;

/** What happens to an offer above the high-water mark. */
@Api
public enum OverflowPolicy {
    /** The session ends with 1013: whoever reads too slowly comes back and catches up. */
    EVICT,

    /**
     * The newest messages are kept, or the newest of each key once keys are used; older ones are
     * dropped, and where the session has a word for it the peer is told how many.
     */
    LATEST,

    /**
     * Reading from the peer stops and the producer is told, until the queue is at its low-water
     * mark. Up to twice the high-water mark is still taken, for what a producer had in hand; then
     * offers are refused.
     */
    PAUSE
}
