package io.highwater.backbone.ring;

import io.highwater.limits.Book;
import io.highwater.limits.Payer;
import io.highwater.protocol.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a shard's last 5 minutes and where they stand, about 70 bytes each. Guarded by
 * the shard's lock; the windows of all shards share what they may take.
 */
public final class IdempotencyWindow {
    static final long WINDOW_NANOS = Duration.ofMinutes(5).toNanos();

    private static final int MIN_SLOTS = 64;

    /** 13 MiB, which are zeroed in some milliseconds; a look-up asks one more of them a 200,000. */
    private static final int MAX_SLOTS = 1 << 18;

    private final String origin;
    private final MessageHash hash;

    /** Of the windows of all shards. */
    private final Book book;

    /** The newest last. */
    private final List<IdempotencySegment> segments = new ArrayList<>();

    /**
     * @param origin of all its positions
     * @param book shared by the windows of all shards
     */
    public IdempotencyWindow(String origin, MessageHash hash, Book book) {
        this.origin = origin;
        this.hash = hash;
        this.book = book;
    }

    public MessageKey key(String publisher, String channel, String msgId) {
        return hash.key(publisher, channel, msgId);
    }

    /** Where the message stands, if it came within the window. */
    public @Nullable Position find(MessageKey key, long nowNanos) {
        for (int i = segments.size() - 1; i >= 0; i--) {
            IdempotencySegment segment = segments.get(i);
            int slot = segment.find(key);
            if (slot >= 0) {
                return isOver(segment.nanos(slot), nowNanos)
                        ? null
                        : segment.position(slot, origin);
            }
        }
        return null;
    }

    public void add(MessageKey key, Position position, @Nullable Payer payer, long nowNanos) {
        expire(nowNanos);
        if (segments.isEmpty() || newest().isFull()) {
            grow();
        }
        newest().put(key, position, payer, nowNanos, book);
    }

    /** Drops what is over. */
    public void expire(long nowNanos) {
        while (!segments.isEmpty() && isOver(segments.get(0).lastNanos(), nowNanos)) {
            dropOldest();
        }
    }

    /**
     * Forgets what an address has in the oldest segment that has any of it.
     *
     * @return false where there is none
     */
    public boolean forgetOldest(Payer payer) {
        for (int i = 0; i < segments.size(); i++) {
            IdempotencySegment segment = segments.get(i);
            if (segment.count(payer) > 0) {
                boolean isNewest = i == segments.size() - 1;
                IdempotencySegment rest = segment.without(payer, isNewest, book);
                book.addShared(rest.bytes() - segment.bytes());
                segments.set(i, rest);
                if (rest.size() == 0 && !isNewest) {
                    segments.remove(i);
                    book.addShared(-rest.bytes());
                }
                return true;
            }
        }
        return false;
    }

    public void clear() {
        while (!segments.isEmpty()) {
            dropOldest();
        }
    }

    private void grow() {
        int slots = MIN_SLOTS;
        int known = segments.stream().mapToInt(IdempotencySegment::size).sum();
        while (slots < known
                && slots < MAX_SLOTS
                && IdempotencySegment.bytes(slots * 2) <= book.mostBytes() / 8) {
            slots *= 2;
        }
        long more = IdempotencySegment.bytes(slots);
        while (book.bytes() + more > book.mostBytes() && !segments.isEmpty()) {
            dropOldest();
        }
        book.addShared(more);
        segments.add(new IdempotencySegment(slots));
    }

    private void dropOldest() {
        IdempotencySegment dropped = segments.remove(0);
        dropped.disownAll(book);
        book.addShared(-dropped.bytes());
    }

    private IdempotencySegment newest() {
        return segments.get(segments.size() - 1);
    }

    private static boolean isOver(long addedNanos, long nowNanos) {
        return nowNanos - addedNanos > WINDOW_NANOS;
    }
}
