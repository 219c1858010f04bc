package io.highwater.backbone.local;

import io.highwater.backbone.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a shard's last 5 minutes and where they stand, about 53 bytes each. Guarded by
 * the shard's lock; the windows of all shards share what they may take.
 */
final class IdempotencyWindow {
    static final long WINDOW_NANOS = Duration.ofMinutes(5).toNanos();

    private static final int MIN_SLOTS = 64;

    /** 10 MiB, which are zeroed in some milliseconds; a look-up asks one more of them a 200,000. */
    private static final int MAX_SLOTS = 1 << 18;

    private final MessageHash hash;
    private final long generation;
    private final long maxBytes;

    /** Of the windows of all shards. */
    private final AtomicLong bytes;

    /** The newest last. */
    private final List<IdempotencySegment> segments = new ArrayList<>();

    IdempotencyWindow(MessageHash hash, long generation, long maxBytes, AtomicLong bytes) {
        this.hash = hash;
        this.generation = generation;
        this.maxBytes = maxBytes;
        this.bytes = bytes;
    }

    MessageKey key(String publisher, String channel, String msgId) {
        return hash.key(publisher, channel, msgId);
    }

    /** Where the message stands, if it came within the window. */
    @Nullable Position find(MessageKey key, long nowNanos) {
        for (int i = segments.size() - 1; i >= 0; i--) {
            IdempotencySegment segment = segments.get(i);
            int at = segment.find(key);
            if (at >= 0) {
                return isOver(segment.nanos(at), nowNanos)
                        ? null
                        : new Position(
                                LocalBackbone.ORIGIN,
                                generation,
                                segment.shardSequence(at),
                                segment.channelSequence(at));
            }
        }
        return null;
    }

    void add(MessageKey key, Position position, long nowNanos) {
        expire(nowNanos);
        if (segments.isEmpty() || newest().isFull()) {
            grow();
        }
        newest().put(key, position.shardSequence(), position.channelSequence(), nowNanos);
    }

    /** Drops what is over. */
    void expire(long nowNanos) {
        while (!segments.isEmpty() && isOver(segments.get(0).lastNanos(), nowNanos)) {
            dropOldest();
        }
    }

    void clear() {
        while (!segments.isEmpty()) {
            dropOldest();
        }
    }

    private void grow() {
        int slots = MIN_SLOTS;
        int known = segments.stream().mapToInt(IdempotencySegment::size).sum();
        while (slots < known
                && slots < MAX_SLOTS
                && IdempotencySegment.bytes(slots * 2) <= maxBytes / 8) {
            slots *= 2;
        }
        long more = IdempotencySegment.bytes(slots);
        while (bytes.get() + more > maxBytes && !segments.isEmpty()) {
            dropOldest();
        }
        bytes.addAndGet(more);
        segments.add(new IdempotencySegment(slots));
    }

    private void dropOldest() {
        bytes.addAndGet(-segments.remove(0).bytes());
    }

    private IdempotencySegment newest() {
        return segments.get(segments.size() - 1);
    }

    private static boolean isOver(long addedNanos, long nowNanos) {
        return nowNanos - addedNanos > WINDOW_NANOS;
    }
}
