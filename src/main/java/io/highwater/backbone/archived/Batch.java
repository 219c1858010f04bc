package io.highwater.backbone.archived;

import io.highwater.archive.ArchivedEntry;
import io.highwater.backbone.ShardPosition;
import io.highwater.protocol.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Entries that were handed to the archive together. Guarded by the shard's lock. */
final class Batch {
    final List<Pending> pending;

    private boolean settled;
    private @Nullable Throwable failure;

    Batch(List<Pending> pending) {
        this.pending = List.copyOf(pending);
    }

    List<ArchivedEntry> entries() {
        return pending.stream().map(one -> one.archived).toList();
    }

    long bytes() {
        long bytes = 0;
        for (Pending one : pending) {
            bytes += one.bytes;
        }
        return bytes;
    }

    ShardPosition last() {
        Position last = pending.get(pending.size() - 1).position();
        return new ShardPosition(last.origin(), last.generation(), last.shardSequence());
    }

    /**
     * @param cause null if the entries are archived
     */
    void settle(@Nullable Throwable cause) {
        settled = true;
        failure = cause;
    }

    boolean isSettled() {
        return settled;
    }

    /** Why the write failed; null if it did not. */
    @Nullable Throwable failure() {
        return failure;
    }
}
