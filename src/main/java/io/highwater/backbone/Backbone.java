package io.highwater.backbone;

import io.highwater.limits.Payer;
import io.highwater.protocol.Cursor;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The log of all channels. Thread-safe. No method blocks; a stage may complete on any thread, at
 * once or later, but within bounded time: if the log cannot be reached, it fails with {@link
 * UnavailableException}.
 *
 * <p>Channels are spread over shards, whose number is fixed for the life of the log. The entries of
 * a shard are in one order, and listeners receive them one at a time.
 */
public interface Backbone extends AutoCloseable {
    /**
     * Called once, before any other method. Completes when this node has what it needs to take
     * traffic; fails with {@link BackboneStartException} if an operator has to act first.
     */
    CompletionStage<@Nullable Void> start();

    /**
     * Adds an entry, which every follower of the channel receives, on this and every other node. A
     * repeat of (publisher, channel, msgId) within 5 minutes is answered with the first position
     * and is not delivered. Fails with {@link UnavailableException} if there is no room for another
     * channel name.
     *
     * <p>A publisher need not wait for one append before it makes the next. If a publisher appends
     * twice to a channel, and the first call returned before the second was made, the first entry
     * gets the lower position and its stage completes first. If the first append fails, the second
     * fails too, unless it was made after the publisher learned of the failure.
     */
    CompletionStage<Appended> append(Draft draft);

    /**
     * From now on the listener receives every entry appended to the channel, in order, once. It
     * replaces the channel's earlier listener, if there was one.
     *
     * @param payer the address to which a new name is charged; null for none
     * @return false if there is no room for another name: the listener then follows nothing
     */
    boolean follow(String channel, BackboneListener listener, @Nullable Payer payer);

    /** Removes the channel's listener, if any. It may still receive an entry that is on its way. */
    void unfollow(String channel);

    /** How many shards there are. */
    int shards();

    /**
     * The listener receives every entry of a shard, in order, once; this serves an archive. It is
     * the shard's only such listener and replaces the earlier one.
     *
     * @param shard from 0 on
     * @param after the last entry that the listener already has; null for new entries only. Entries
     *     after it that are no longer kept are reported as a gap
     */
    void followShard(int shard, @Nullable ShardPosition after, ShardListener listener);

    /**
     * Reads the entries after a cursor, oldest first.
     *
     * @param after null reads from the oldest entry kept, and is never {@link
     *     ReadResult.Unreadable}; a log of one origin answers a cursor of another, or of several,
     *     with UNKNOWN_GENERATION
     * @param limit the most entries to return, at least 0; 0 returns only the top
     */
    CompletionStage<ReadResult> readAfter(String channel, @Nullable Cursor after, int limit);

    /** Whether it can do its work now. */
    BackboneHealth health();

    /** Ends everything; appends and reads fail from now on. */
    @Override
    void close();
}
