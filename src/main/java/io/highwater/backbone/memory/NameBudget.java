package io.highwater.backbone.memory;

import io.highwater.limits.Book;
import io.highwater.limits.Payer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The memory limit for the names of all channels, in an account shared with the subscriptions.
 * Unused names are forgotten above three quarters of the account, or of an address's share, so that
 * no client is refused because of them. Thread-safe.
 */
final class NameBudget {
    private final Book book;

    NameBudget(Book book) {
        this.book = book;
    }

    /** Whether there is room for a new name of this size. */
    boolean admits(@Nullable Payer payer, long bytes) {
        return book.admits(payer, bytes);
    }

    void add(@Nullable Payer payer, long delta) {
        book.add(payer, delta);
    }

    /**
     * Forgets unused names until the rest fits: the oldest ones of an address above three quarters
     * of its share, then the oldest of all shards. Takes one shard's lock at a time, so the caller
     * must hold none.
     */
    void reclaim(List<ShardMemory> shards, @Nullable Payer payer) {
        if (payer != null && !payer.isProxy()) {
            long most = book.mostBytesOfAddress() / 4 * 3;
            boolean forgot = true;
            while (forgot && payer.bytes(book.account()) > most) {
                forgot = forgetOldest(shards, payer);
            }
        }
        long most = book.mostBytes() / 4 * 3;
        boolean forgot = true;
        while (forgot && book.bytes() > most) {
            forgot = forgetOldest(shards, null);
        }
    }

    private static boolean forgetOldest(List<ShardMemory> shards, @Nullable Payer payer) {
        ShardMemory found = null;
        long oldestNanos = 0;
        for (ShardMemory shard : shards) {
            LastPositions.LastPosition last = shard.oldestUnused(payer);
            if (last != null && (found == null || last.sinceNanos - oldestNanos < 0)) {
                found = shard;
                oldestNanos = last.sinceNanos;
            }
        }
        return found != null && found.forgetOldestUnused(payer);
    }
}
