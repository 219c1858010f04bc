package io.highwater.backbone;

import io.highwater.limits.Payer;
import io.highwater.protocol.Cursor;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The log of all channels. Thread-safe. No method blocks; a stage may complete on any thread, at
 * once or later, but within bounded time: where the log cannot be reached it fails with {@link
 * UnavailableException}.
 *
 * <p>Channels are spread over shards, whose number is fixed for the life of the log. The entries of
 * a shard have one order; listeners hear them one at a time.
 */
public interface Backbone extends AutoCloseable {
    /**
     * Called once, before all else. Completes when this node has what it needs to take traffic;
     * fails with {@link BackboneStartException} where an operator has to act first.
     */
    CompletionStage<@Nullable Void> start();

    /**
     * Adds an entry, which whoever follows the channel hears, on this node as on any other. A
     * repeat of (publisher, channel, msgId) within 5 minutes is answered with the first position
     * and heard by nobody. Where there is no room for another name of a channel it fails with
     * {@link UnavailableException}.
     *
     * <p>A publisher need not wait for one append before it makes the next. Of two appends of one
     * publisher to a channel, of which the first call returned before the second was made, the
     * first gets the lower position, and its stage completes first. Where the first fails, the
     * second fails too, unless it was made after that was known.
     */
    CompletionStage<Appended> append(Draft draft);

    /**
     * From now on the listener hears every entry appended to the channel, in order, once; instead
     * of the channel's listener so far, if there was one.
     *
     * @param payer the address for which the name is kept, if it is new; null where it is nobody's
     * @return false where there is no room for another name: nothing is followed
     */
    boolean follow(String channel, BackboneListener listener, @Nullable Payer payer);

    /** An entry that is on its way may still be heard. Without a listener nothing happens. */
    void unfollow(String channel);

    /** How many shards there are. */
    int shards();

    /**
     * The listener hears every entry of a shard, in order, once: for who writes them down. It is
     * the shard's only such listener, instead of the one so far.
     *
     * @param shard from 0 on
     * @param after what the listener has already; null for what comes from now on. What followed it
     *     and is no longer kept is told as a gap
     */
    void followShard(int shard, @Nullable ShardPosition after, ShardListener listener);

    /**
     * Reads the entries after a cursor, oldest first.
     *
     * @param after null reads from the oldest entry kept, and is never {@link
     *     ReadResult.Unreadable}; a log of one origin answers a cursor of another, or of several,
     *     with UNKNOWN_GENERATION
     * @param limit how many entries at most, from 0 on; 0 tells the top alone
     */
    CompletionStage<ReadResult> readAfter(String channel, @Nullable Cursor after, int limit);

    /** Whether it can do its work now. */
    BackboneHealth health();

    /** Ends everything; appends and reads fail from now on. */
    @Override
    void close();
}
