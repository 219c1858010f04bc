package io.highwater.archive.file;

import io.highwater.archive.ArchivedEntry;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ShardPosition;
import io.highwater.backbone.UnavailableException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * Something that was handed over to be written, with the stage that tells how it went. Passed from
 * the caller's thread to the one that writes, and then to the one that completes stages.
 */
abstract class Work {
    /** What an entry takes beside its data, roughly: its texts, and the objects that hold it. */
    private static final int ENTRY_BYTES = 250;

    private final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    private final long bytes;

    /** Set by the thread that writes. */
    private @Nullable UnavailableException refusal;

    /** Set by the queue. */
    private long sinceNanos;

    private Work(long bytes) {
        this.bytes = bytes;
    }

    static Work begin(ShardState shard, ShardPosition base) {
        return new Work(ENTRY_BYTES) {
            @Override
            @Nullable UnavailableException addTo(Commit commit) {
                commit.begin(shard, base);
                return null;
            }
        };
    }

    static Work append(ShardState shard, List<ArchivedEntry> entries) {
        return new Work(bytesOf(entries)) {
            @Override
            @Nullable UnavailableException addTo(Commit commit) throws RocksDBException {
                return commit.append(shard, entries);
            }
        };
    }

    /** What the archive itself does in the order of the writes. */
    static Work chore(Chore chore) {
        return new Work(0) {
            @Override
            @Nullable UnavailableException addTo(Commit commit) throws RocksDBException {
                chore.addTo(commit);
                return null;
            }
        };
    }

    /** A part of a write. */
    interface Chore {
        void addTo(Commit commit) throws RocksDBException;
    }

    private static long bytesOf(List<ArchivedEntry> entries) {
        long bytes = ENTRY_BYTES;
        for (ArchivedEntry archived : entries) {
            Entry entry = archived.entry();
            bytes += entry.data().length + ENTRY_BYTES;
        }
        return bytes;
    }

    /**
     * Adds it to a write.
     *
     * @return null; or why it is not in the write
     */
    abstract @Nullable UnavailableException addTo(Commit commit) throws RocksDBException;

    final long bytes() {
        return bytes;
    }

    final CompletableFuture<@Nullable Void> done() {
        return done;
    }

    /** It was handed over now. */
    final void offered(long nowNanos) {
        sinceNanos = nowNanos;
    }

    /** When it was handed over, by the node's Ticker. */
    final long sinceNanos() {
        return sinceNanos;
    }

    final void refuse(UnavailableException why) {
        refusal = why;
    }

    /** Completes the stage, after the write that it was in. */
    final void complete() {
        if (refusal == null) {
            done.complete(null);
        } else {
            done.completeExceptionally(refusal);
        }
    }
}
