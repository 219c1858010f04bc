package io.highwater.archive.postgres;

import io.highwater.archive.ArchivedEntry;
import io.highwater.archive.queue.Work;
import io.highwater.backbone.ShardPosition;
import io.highwater.backbone.UnavailableException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part of a write to the database. */
abstract class PostgresWork extends Work {
    private final Lease lease;

    private PostgresWork(Lease lease, long bytes) {
        super(bytes);
        this.lease = lease;
    }

    static PostgresWork begin(Lease lease, ShardPosition base) {
        return new PostgresWork(lease, bytesOf(List.of())) {
            @Override
            @Nullable UnavailableException addTo(Commit commit) {
                commit.begin(lease, base);
                return null;
            }
        };
    }

    static PostgresWork append(Lease lease, List<ArchivedEntry> entries) {
        return new PostgresWork(lease, bytesOf(entries)) {
            @Override
            @Nullable UnavailableException addTo(Commit commit) {
                return commit.append(lease, entries);
            }
        };
    }

    Lease lease() {
        return lease;
    }

    /**
     * Adds it to a write.
     *
     * @return null; or why it is not in the write
     */
    abstract @Nullable UnavailableException addTo(Commit commit);
}
