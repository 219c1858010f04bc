package io.highwater.backbone;

import io.highwater.limits.Payer;
import io.highwater.protocol.Cursor;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The log of all channels. Thread-safe. No method blocks; a stage may complete on any thread, at
 * once or later, but within bounded time: if the log cannot be reached, it fails with {@link
 * UnavailableException}.
 *
 * <p>Channels are spread over shards, whose number is fixed for the life of the log. The entries of
 * a shard are in one order.
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

    /**
     * Reads the entries after a cursor, oldest first. A log that reads them from elsewhere returns
     * fewer than asked for if they are large, but at least one if there is one; and if an address
     * has too many reads under way, it fails with {@link UnavailableException}.
     *
     * @param after null reads from the oldest entry kept, and is never {@link
     *     ReadResult.Unreadable}; a log of one origin answers a cursor of another, or of several,
     *     with UNKNOWN_GENERATION
     * @param limit the most entries to return, at least 0; 0 returns only the top
     * @param payer the address that asks; null for none
     */
    CompletionStage<ReadResult> readAfter(
            String channel, @Nullable Cursor after, int limit, @Nullable Payer payer);

    /** A read for which no address is made to answer. */
    default CompletionStage<ReadResult> readAfter(
            String channel, @Nullable Cursor after, int limit) {
        return readAfter(channel, after, limit, null);
    }

    /**
     * Reads the entries before a cursor, newest first, in the same way. It need not be the position
     * of an entry.
     *
     * @param before null reads from the newest entry, and is never {@link ReadResult.Unreadable}
     * @param limit the most entries to return, at least 1
     * @param payer the address that asks; null for none
     */
    CompletionStage<ReadResult> readBefore(
            String channel, @Nullable Cursor before, int limit, @Nullable Payer payer);

    /**
     * The position of the last entry kept that was appended before an instant, by the clock of the
     * node that appended it; null if there is none.
     *
     * @param payer the address that asks; null for none
     */
    CompletionStage<@Nullable Cursor> at(String channel, Instant instant, @Nullable Payer payer);

    /** Whether it can do its work now. */
    BackboneHealth health();

    /** Ends everything; appends and reads fail from now on. */
    @Override
    void close();
}
