package io.highwater.archive.file;

import io.highwater.archive.ArchivedEntry;
import io.highwater.archive.queue.ShardState;
import io.highwater.archive.queue.Work;
import io.highwater.backbone.ShardPosition;
import io.highwater.backbone.UnavailableException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/** A part of a write to the store. */
abstract class FileWork extends Work {
    private FileWork(long bytes) {
        super(bytes);
    }

    static FileWork begin(ShardState shard, ShardPosition base) {
        return new FileWork(bytesOf(List.of())) {
            @Override
            @Nullable UnavailableException addTo(Commit commit) {
                commit.begin(shard, base);
                return null;
            }
        };
    }

    static FileWork append(ShardState shard, List<ArchivedEntry> entries) {
        return new FileWork(bytesOf(entries)) {
            @Override
            @Nullable UnavailableException addTo(Commit commit) throws RocksDBException {
                return commit.append(shard, entries);
            }
        };
    }

    /** What the archive itself does in the order of the writes. */
    static FileWork chore(Chore chore) {
        return new FileWork(0) {
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

    /**
     * Adds it to a write.
     *
     * @return null; or why it is not in the write
     */
    abstract @Nullable UnavailableException addTo(Commit commit) throws RocksDBException;
}
