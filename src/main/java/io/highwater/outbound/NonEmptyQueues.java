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
 * The queues of a node that hold something now. They are few, so a question costs by the number of
 * slow sessions and not by the number of connections. Thread-safe.
 */
public final class NonEmptyQueues {
    /** A queue joins and leaves under its own lock, which is therefore taken before the set's. */
    private final Set<SendQueue> queues = ConcurrentHashMap.newKeySet();

    private final LongAdder queuedBytes = new LongAdder();

    /** The same queues as debtors of their account: a view that is always up to date. */
    Collection<? extends Debtor> debtors() {
        return queues;
    }

    /** How many queues hold something. */
    public int size() {
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
        for (SendQueue queue : queues) {
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
                .map(queue -> SlowQueue.of(queue, sinceNanos))
                .filter(Objects::nonNull)
                .sorted(Comparator.comparingLong(SlowQueue::retainedBytes).reversed())
                .limit(limit)
                .map(slow -> slow.describe(nowNanos))
                .toList();
    }

    /** DEMOTE: slow queues give up what the log has too. */
    void giveUpSlow(long sinceNanos) {
        queues.forEach(queue -> queue.giveUpIfSlow(sinceNanos));
    }

    /** The queues that the governor may end. */
    List<SlowQueue> evictable(long sinceNanos) {
        return queues.stream()
                .filter(queue -> SlowQueue.isEvictable(queue, sinceNanos))
                .map(queue -> SlowQueue.of(queue, sinceNanos))
                .filter(Objects::nonNull)
                .toList();
    }

    /**
     * @param connections all connections of the node; those without a queue count as empty
     */
    public DepthSnapshot depths(long connections) {
        int[] depths = queues.stream().mapToInt(SendQueue::queuedMessages).sorted().toArray();
        return DepthSnapshot.of(depths, connections);
    }

    /**
     * Queues that have been above their low-water mark all the time since {@code sinceNanos}, of
     * the node's Ticker.
     */
    public int slowQueues(long sinceNanos) {
        int slow = 0;
        for (SendQueue queue : queues) {
            if (SlowQueue.isSlow(queue, sinceNanos)) {
                slow++;
            }
        }
        return slow;
    }

    void join(SendQueue queue) {
        queues.add(queue);
    }

    void leave(SendQueue queue) {
        queues.remove(queue);
    }

    void addBytes(long bytes) {
        queuedBytes.add(bytes);
    }
}
