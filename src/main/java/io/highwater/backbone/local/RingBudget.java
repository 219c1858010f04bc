package io.highwater.backbone.local;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What all rings together may hold. Thread-safe. */
final class RingBudget {
    private final long maxBytes;
    private final AtomicLong bytes = new AtomicLong();

    RingBudget(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    void add(long more) {
        bytes.addAndGet(more);
    }

    long bytes() {
        return bytes.get();
    }

    /**
     * Trims the oldest entries of all shards until the rest fits. Takes one shard's lock at a time,
     * so the caller holds none; a newer entry may go first where several threads trim at once.
     */
    void reclaim(List<LocalShard> shards) {
        while (bytes.get() > maxBytes) {
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
