package io.highwater.backbone.ring;

import io.highwater.limits.Book;
import io.highwater.limits.Payer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The limits for all rings together and for each publisher's address. Thread-safe. */
public final class RingBudget {
    private final Book book;

    public RingBudget(Book book) {
        this.book = book;
    }

    /** Entries of this address came or went; null means of an unknown address. */
    void add(@Nullable Payer payer, long delta) {
        book.add(payer, delta);
    }

    /** Arrays of slots grew or shrank; no single publisher is charged for them. */
    void addSlots(long delta) {
        if (delta != 0) {
            book.addShared(delta);
        }
    }

    /** The bytes that all rings hold now. */
    public long bytes() {
        return book.bytes();
    }

    /**
     * Trims until the rest fits. An address beyond its share loses its own oldest entries, together
     * with the older ones of their channels, since a ring has no holes; then the oldest entries of
     * all shards go. Takes one shard's lock at a time, so the caller must hold none. If several
     * threads trim at once, a newer entry may go first.
     */
    public void reclaim(List<ShardRing> shards, @Nullable Payer payer) {
        boolean trimmed = true;
        while (payer != null && trimmed && !book.fitsAddress(payer, 0)) {
            trimmed = trimOldestOf(shards, payer);
        }
        while (book.bytes() > book.mostBytes()) {
            ShardRing shard = withOldest(shards);
            if (shard == null) {
                return;
            }
            shard.trimOldest();
        }
    }

    private static boolean trimOldestOf(List<ShardRing> shards, Payer payer) {
        ShardRing found = null;
        long oldestNanos = 0;
        for (ShardRing shard : shards) {
            Kept oldest = shard.oldestOf(payer);
            if (oldest != null) {
                long nanos = oldest.entry.appendedNanos();
                if (found == null || nanos - oldestNanos < 0) {
                    found = shard;
                    oldestNanos = nanos;
                }
            }
        }
        return found != null && found.trimOldestOf(payer);
    }

    private static @Nullable ShardRing withOldest(List<ShardRing> shards) {
        ShardRing found = null;
        long oldestNanos = 0;
        for (ShardRing shard : shards) {
            Kept oldest = shard.oldest();
            if (oldest != null) {
                long nanos = oldest.entry.appendedNanos();
                if (found == null || nanos - oldestNanos < 0) {
                    found = shard;
                    oldestNanos = nanos;
                }
            }
        }
        return found;
    }
}
