package io.highwater.backbone.ring;

import io.highwater.limits.Book;
import io.highwater.limits.Payer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What all rings together may hold, and of that one publisher's address. Thread-safe. */
public final class RingBudget {
    private final Book book;

    public RingBudget(Book book) {
        this.book = book;
    }

    /** Entries of this address, or with null of nobody known, came or went. */
    void add(@Nullable Payer payer, long delta) {
        book.add(payer, delta);
    }

    /** Arrays of slots grew or shrank: those of a ring are its publishers' together. */
    void addSlots(long delta) {
        if (delta != 0) {
            book.addShared(delta);
        }
    }

    /** What all rings hold now. */
    public long bytes() {
        return book.bytes();
    }

    /**
     * Trims until the rest fits: of an address beyond its share its own oldest entries, with what
     * is older in their channels, as a ring has no holes; else the oldest of all shards. Takes one
     * shard's lock at a time, so the caller holds none; a newer entry may go first where several
     * threads trim at once.
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
