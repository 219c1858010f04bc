package io.highwater.backbone.local;

import io.highwater.limits.Book;
import io.highwater.limits.Payer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What all rings together may hold, and of that one publisher's address. Thread-safe. */
final class RingBudget {
    private final Book book;

    RingBudget(Book book) {
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

    /** Whether the address has its share for so much more. */
    boolean fitsAddress(@Nullable Payer payer, long more) {
        return book.fitsAddress(payer, more);
    }

    long bytes() {
        return book.bytes();
    }

    /**
     * Trims the oldest entries of all shards until the rest fits. Takes one shard's lock at a time,
     * so the caller holds none; a newer entry may go first where several threads trim at once.
     */
    void reclaim(List<LocalShard> shards) {
        while (book.bytes() > book.mostBytes()) {
            LocalShard shard = withOldest(shards);
            if (shard == null) {
                return;
            }
            shard.trimOldest();
        }
    }

    private static @Nullable LocalShard withOldest(List<LocalShard> shards) {
        LocalShard found = null;
        long oldestNanos = 0;
        for (LocalShard shard : shards) {
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
