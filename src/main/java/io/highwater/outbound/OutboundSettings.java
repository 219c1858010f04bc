package io.highwater.outbound;

import java.time.Duration;

/**
 * What bounds one session's queue. Immutable.
 *
 * @param marks above which the policy acts, and at which it is over
 * @param policy what happens above the high-water mark
 * @param latestCount messages, or keys where keys are used, that LATEST keeps at most; at least 1.
 *     The high-water mark bounds them too
 * @param evictLinger how long an evicted peer may take to read its Close frame; 0 resets at once
 */
public record OutboundSettings(
        WaterMarks marks, OverflowPolicy policy, int latestCount, Duration evictLinger) {
    public OutboundSettings {
        if (latestCount < 1) {
            throw new IllegalArgumentException(
                    "highwater.endpoints.latest-count: " + latestCount + " is not at least 1");
        }
    }

    /** The same with LATEST's default count. */
    public OutboundSettings(WaterMarks marks, OverflowPolicy policy, Duration evictLinger) {
        this(marks, policy, 50, evictLinger);
    }

    public static OutboundSettings defaults() {
        return new OutboundSettings(
                WaterMarks.defaults(), OverflowPolicy.EVICT, Duration.ofSeconds(30));
    }
}
