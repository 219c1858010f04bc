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
    private final long sinceNanos;

    private PostgresWork(Lease lease, long bytes, long nowNanos) {
        super(bytes);
        this.lease = lease;
        this.sinceNanos = nowNanos;
    }

    static PostgresWork begin(Lease lease, ShardPosition base, long nowNanos) {
        return new PostgresWork(lease, bytesOf(List.of()), nowNanos) {
            @Override
            @Nullable UnavailableException addTo(Commit commit) {
                commit.begin(lease, base);
                return null;
            }
        };
    }

    static PostgresWork append(Lease lease, List<ArchivedEntry> entries, long nowNanos) {
        return new PostgresWork(lease, bytesOf(entries), nowNanos) {
            @Override
            @Nullable UnavailableException addTo(Commit commit) {
                return commit.append(lease, entries);
            }
        };
    }

    Lease lease() {
        return lease;
    }

    /** When it was handed over. */
    long sinceNanos() {
        return sinceNanos;
    }

    /**
     * Adds it to a write.
     *
     * @return null; or why it is not in the write
     */
    abstract @Nullable UnavailableException addTo(Commit commit);
}
