package io.highwater.outbound;

import io.highwater.wire.OutboundFrame;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a slow queue held when it was looked at. Immutable but for the frames' set, which is its
 * own.
 *
 * @param policy that acts on what it holds: that of its route, unless what makes it slow is under
 *     LATEST
 * @param frames each once
 */
record SlowQueue(
        SendQueue queue,
        OverflowPolicy policy,
        int messages,
        long bytes,
        int unsentMessages,
        long aboveLowSinceNanos,
        Set<OutboundFrame> frames) {
    /** Whether the queue has been above its low-water mark ever since. */
    static boolean isSlow(SendQueue queue, long sinceNanos) {
        synchronized (queue) {
            QueueContents now = queue.contents;
            return now != null && now.level().isAboveLowSince(sinceNanos);
        }
    }

    /** Whether the governor may end the queue, as {@link SlowClientGovernor} says. */
    static boolean isEvictable(SendQueue queue, long sinceNanos) {
        synchronized (queue) {
            QueueContents now = queue.contents;
            return queue.route().settings().policy() == OverflowPolicy.EVICT
                    && !queue.isClosing()
                    && now != null
                    && now.level().isAboveLowSince(sinceNanos)
                    && now.isKeptAboveLow();
        }
    }

    /** Null where the queue has not been above its low-water mark ever since. */
    static @Nullable SlowQueue of(SendQueue queue, long sinceNanos) {
        synchronized (queue) {
            QueueContents now = queue.contents;
            if (now == null || !now.level().isAboveLowSince(sinceNanos)) {
                return null;
            }
            return new SlowQueue(
                    queue,
                    policy(queue.route().settings().policy(), now),
                    now.tally().messages(),
                    now.tally().bytes(),
                    now.unsentMessages(),
                    now.level().aboveLowSinceNanos(),
                    now.frames());
        }
    }

    /** Channel sessions may have series under LATEST or DEMOTE beside what must be sent. */
    private static OverflowPolicy policy(OverflowPolicy ofRoute, QueueContents now) {
        return ofRoute == OverflowPolicy.EVICT && !now.isKeptAboveLow()
                ? OverflowPolicy.LATEST
                : ofRoute;
    }

    long retainedBytes() {
        return frames.stream().mapToLong(OutboundFrame::bytes).sum();
    }

    /** For an operator. Asks the session for its name, so under no lock. */
    SlowClient describe(long nowNanos) {
        return new SlowClient(
                queue.listener().clientId(),
                queue.wire().remoteAddress(),
                policy,
                messages,
                bytes,
                unsentMessages,
                retainedBytes(),
                Duration.ofNanos(nowNanos - aboveLowSinceNanos));
    }
}
