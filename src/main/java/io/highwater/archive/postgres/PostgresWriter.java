package io.highwater.archive.postgres;

import io.highwater.archive.ArchiveWriter;
import io.highwater.archive.ArchivedEntry;
import io.highwater.archive.queue.ShardState;
import io.highwater.archive.queue.WorkQueue;
import io.highwater.archive.queue.WriterCalls;
import io.highwater.backbone.ShardPosition;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Hands one shard's entries over to the lane that writes them. One call at a time. */
final class PostgresWriter implements ArchiveWriter {
    /** Index rows have 2,700 bytes at most; a character may take 3. */
    private static final int MAX_NAME = 400;

    private final Lease lease;
    private final Leases leases;
    private final WriterCalls<PostgresWork> calls;

    PostgresWriter(Lease lease, Leases leases, WorkQueue<PostgresWork> queue) {
        this.lease = lease;
        this.leases = leases;
        this.calls = new WriterCalls<>(queue);
    }

    private ShardState shard() {
        return lease.shard();
    }

    @Override
    public @Nullable ShardPosition watermark() {
        return shard().archived();
    }

    @Override
    public CompletionStage<@Nullable Void> begin(ShardPosition base) {
        WriterCalls.requireOrigin(base.origin(), shard().origin());
        return calls.handOver(PostgresWork.begin(lease, base));
    }

    @Override
    public CompletionStage<@Nullable Void> append(List<ArchivedEntry> entries) {
        List<ArchivedEntry> copy = List.copyOf(entries);
        check(copy, shard().origin());
        return calls.handOver(PostgresWork.append(lease, copy));
    }

    /** Entries that are not of this origin, or have endless texts, are a mistake of the caller. */
    static void check(List<ArchivedEntry> entries, String origin) {
        WriterCalls.check(entries, origin);
        entries.forEach(entry -> requireShortName(entry.entry().channel()));
    }

    static void requireShortName(String name) {
        if (name.length() > MAX_NAME) {
            throw new IllegalArgumentException(
                    "a channel or an origin of the archive in PostgreSQL has at most "
                            + MAX_NAME
                            + " characters, not "
                            + name.length());
        }
    }

    @Override
    public void close() {
        if (lease.lost() == null) {
            calls.close();
        } else {
            calls.end();
        }
        leases.giveBack(lease);
    }
}
