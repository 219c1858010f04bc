package io.highwater.outbound;

import java.time.Duration;

/**
 * A session whose queue has been above its low-water mark for {@link #AFTER}. Immutable.
 *
 * @param id of the session, as {@link SendQueueListener#clientId} says it
 * @param address the other end of its TCP connection
 * @param policy that acts on what its queue holds
 * @param queuedMessages queued and in flight
 * @param queuedBytes bytes of these messages, headers included
 * @param unsentMessages messages of which the transport has had nothing yet
 * @param retainedBytes what its queue keeps on the heap: each frame once, however often it is
 *     queued, and in full, even where others share it
 * @param aboveLowWater how long its queue has been above its low-water mark
 */
public record SlowClient(
        String id,
        String address,
        OverflowPolicy policy,
        int queuedMessages,
        long queuedBytes,
        int unsentMessages,
        long retainedBytes,
        Duration aboveLowWater) {
    /** How long a queue is above its low-water mark until its client counts as slow. */
    public static final Duration AFTER = Duration.ofSeconds(1);
}
