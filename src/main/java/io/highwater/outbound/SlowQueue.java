package io.highwater.outbound;

import io.highwater.wire.OutboundFrame;
import java.util.Set;

/**
 * What a slow queue held when it was looked at. Immutable but for the frames' set, which is its
 * own.
 *
 * @param policy that acts on what it holds: that of its route, unless what makes it slow is under
 *     LATEST
 * @param frames each once
 */
record SlowQueue(
        GuardedQueue queue,
        OverflowPolicy policy,
        int messages,
        long bytes,
        int unsentMessages,
        long aboveLowSinceNanos,
        Set<OutboundFrame> frames) {
    long retainedBytes() {
        return frames.stream().mapToLong(OutboundFrame::bytes).sum();
    }
}
