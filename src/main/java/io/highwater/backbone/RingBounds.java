package io.highwater.backbone;

import java.time.Duration;

/**
 * What a node keeps of a channel for clients that come back: the messages within both bounds, as
 * long as all rings fit the node's memory limit. Immutable.
 *
 * @param messages how many of the newest are kept; 0 keeps none
 * @param age messages older than this are not kept
 */
public record RingBounds(int messages, Duration age) {
    /** 1,000 messages, 2 minutes. */
    public static RingBounds defaults() {
        return new RingBounds(1_000, Duration.ofMinutes(2));
    }
}
