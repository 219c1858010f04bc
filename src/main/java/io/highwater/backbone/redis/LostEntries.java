package io.highwater.backbone.redis;

import io.highwater.backbone.redis.StreamItem.Stored;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What an archive has of a shard, for entries that Redis lost. Thread-safe. */
@FunctionalInterface
interface LostEntries {
    /** There is no archive. */
    LostEntries NONE = (shard, after, before) -> CompletableFuture.completedFuture(List.of());

    /**
     * Reads entries of a shard, oldest first; an empty list if there are no more.
     *
     * @param after the entries after this one, not itself
     * @param before the entries before this one
     */
    CompletionStage<List<Stored>> between(int shard, StreamId after, StreamId before);
}
