package io.highwater.backbone.redis;

import io.highwater.backbone.redis.StreamItem.Stored;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What an archive does where Redis lost entries of a shard: it has what any node has read of a
 * generation that ended. Called on the shard's loop; stages complete on any thread.
 */
interface LostEntries {
    /** There is no archive. */
    LostEntries NONE =
            new LostEntries() {
                @Override
                public CompletionStage<Boolean> save() {
                    return CompletableFuture.completedFuture(true);
                }

                @Override
                public CompletionStage<@Nullable Void> end(StreamId base, @Nullable StreamId kept) {
                    return CompletableFuture.completedFuture(null);
                }

                @Override
                public CompletionStage<List<Stored>> between(StreamId after, StreamId before) {
                    return CompletableFuture.completedFuture(List.of());
                }
            };

    /**
     * Saves what this node has read of the generation that ended.
     *
     * @return whether the archive has all of it, and got it before it began the next generation: so
     *     every node finds it there
     */
    CompletionStage<Boolean> save();

    /**
     * Has the archive begin the next generation, or waits until another node does. Completes after
     * a while even if none does.
     *
     * @param base of the next generation
     * @param kept the last entry of the former one that Redis has; null if that is unknown
     */
    CompletionStage<@Nullable Void> end(StreamId base, @Nullable StreamId kept);

    /**
     * Reads entries of the shard, oldest first; an empty list if there are no more.
     *
     * @param after the entries after this one, not itself
     * @param before the entries before this one
     */
    CompletionStage<List<Stored>> between(StreamId after, StreamId before);
}
