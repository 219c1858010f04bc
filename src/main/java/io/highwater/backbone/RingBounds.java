package io.highwater.backbone;

import java.time.Duration;

/**
 * What a node keeps of a channel for those who come back: whatever is within both bounds, as long
 * as all rings fit the node's memory. Immutable.
 *
 * @param messages the newest so many; 0 keeps none
 * @param age what is no older
 */
public record RingBounds(int messages, Duration age) {
    /** 1,000 messages, 2 minutes. */
    public static RingBounds defaults() {
        return new RingBounds(1_000, Duration.ofMinutes(2));
    }
}
