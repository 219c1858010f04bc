package io.highwater.backbone.redis;

import io.highwater.archive.ArchiveReads;
import io.highwater.archive.SharedArchive;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.limits.Payer;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Reads from the archive what a shard's channels have that neither memory nor stream has.
 * Thread-safe. Each read waits until the archive has got as far as the channel: it would otherwise
 * answer with a part.
 */
final class ShardHistory {
    private final SharedArchive archive;
    private final ArchiveReads reads;
    private final ShardArchive shard;

    /**
     * @param reads of all shards
     */
    ShardHistory(SharedArchive archive, ArchiveReads reads, ShardArchive shard) {
        this.archive = archive;
        this.reads = reads;
        this.shard = shard;
    }

    /**
     * The last position of a channel that has none in the log's generation.
     *
     * @param base the place before its first one
     */
    CompletionStage<Position> top(String channel, Position base) {
        return shard.reach(StreamId.of(base))
                .thenCompose(reached -> archive.tops(channel))
                .thenApply(
                        found -> {
                            Position last = found == null ? null : found.at(base.origin());
                            // A newer one than that is about to come.
                            return last == null || last.generation() >= base.generation()
                                    ? base
                                    : last;
                        });
    }

    CompletionStage<ReadResult> readAfter(
            String channel,
            Position top,
            @Nullable Cursor after,
            int limit,
            @Nullable Payer payer) {
        return shard.reach(StreamId.of(top))
                .thenCompose(reached -> reads.readAfter(channel, top, after, limit, payer));
    }

    CompletionStage<ReadResult> readBefore(
            String channel,
            Position top,
            @Nullable Cursor before,
            int limit,
            @Nullable Payer payer) {
        return shard.reach(StreamId.of(top))
                .thenCompose(reached -> reads.readBefore(channel, top, before, limit, payer));
    }

    /** What the ring has, and then what the archive has before it. */
    CompletionStage<ReadResult> readBefore(
            String channel, Position top, Slice ring, int limit, @Nullable Payer payer) {
        Position oldest = ring.entries().get(ring.entries().size() - 1).position();
        return shard.reach(StreamId.of(oldest))
                .thenCompose(reached -> reads.readBefore(channel, top, ring, limit, payer));
    }

    CompletionStage<@Nullable Cursor> at(
            String channel, Position top, Instant instant, @Nullable Payer payer) {
        return shard.reach(StreamId.of(top))
                .thenCompose(reached -> reads.at(channel, top, instant, payer));
    }
}
