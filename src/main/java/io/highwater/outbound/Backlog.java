package io.highwater.outbound;

import io.highwater.limits.Debtor;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * The queues of a node that hold something now: few of many, so what is asked here costs by the
 * slow sessions and not by the connections. Thread-safe.
 */
public final class Backlog {
    /** A queue joins and leaves under its own lock, which is therefore taken before the set's. */
    private final Set<GuardedQueue> queues = ConcurrentHashMap.newKeySet();

    private final LongAdder queuedBytes = new LongAdder();

    /** Those that can be ended: a view that is always up to date. */
    Collection<? extends Debtor> debtors() {
        return queues;
    }

    /** Queues that hold something. */
    public int queues() {
        return queues.size();
    }

    /** Sum of the bytes queued and in flight, a shared frame counted in each queue. Cheap. */
    public long queuedBytes() {
        return queuedBytes.sum();
    }

    /**
     * The bytes that all queues keep on the heap, a shared frame counted once. Walks every queued
     * frame: for a timer, not for each message.
     */
    public long retainedBytes() {
        return retained().bytes();
    }

    Retained retained() {
        Retained retained = new Retained();
        for (GuardedQueue queue : queues) {
            retained.add(queue.frames());
        }
        return retained;
    }

    /**
     * The slow clients that retain most, the largest first. Walks every queued frame, as {@link
     * #retainedBytes} does.
     *
     * @param nowNanos of the node's Ticker
     */
    public List<SlowClient> slowest(int limit, long nowNanos) {
        long sinceNanos = nowNanos - SlowClient.AFTER.toNanos();
        return queues.stream()
                .map(queue -> queue.lookIfSlow(sinceNanos))
                .filter(Objects::nonNull)
                .sorted(Comparator.comparingLong(SlowQueue::retainedBytes).reversed())
                .limit(limit)
                .map(slow -> slow.queue().describe(slow, nowNanos))
                .toList();
    }

    /** Those that the governor may end. */
    List<SlowQueue> evictable(long sinceNanos) {
        return queues.stream()
                .filter(queue -> queue.isEvictable(sinceNanos))
                .map(queue -> queue.lookIfSlow(sinceNanos))
                .filter(Objects::nonNull)
                .toList();
    }

    /**
     * @param connections all connections of the node; those without a queue count as empty
     */
    public DepthSnapshot depths(long connections) {
        int[] depths = queues.stream().mapToInt(GuardedQueue::queuedMessages).sorted().toArray();
        return DepthSnapshot.of(depths, connections);
    }

    /**
     * Queues that have been above their low-water mark all the time since {@code sinceNanos}, of
     * the node's Ticker.
     */
    public int slowQueues(long sinceNanos) {
        int slow = 0;
        for (GuardedQueue queue : queues) {
            if (queue.isAboveLowWaterSince(sinceNanos)) {
                slow++;
            }
        }
        return slow;
    }

    void join(GuardedQueue queue) {
        queues.add(queue);
    }

    void leave(GuardedQueue queue) {
        queues.remove(queue);
    }

    void addBytes(long bytes) {
        queuedBytes.add(bytes);
    }
}
