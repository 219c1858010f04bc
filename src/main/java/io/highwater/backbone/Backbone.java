package io.highwater.backbone;

import io.highwater.protocol.Cursor;
import io.highwater.limits.Payer;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The log of all channels. Thread-safe. No method blocks; a stage may complete on any thread, at
 * once or later, but within bounded time: where the log cannot be reached it fails with {@link
 * UnavailableException}.
 */
public interface Backbone extends AutoCloseable {
    /**
     * Adds an entry, which whoever follows the channel hears, on this node as on any other. A
     * repeat of (publisher, channel, msgId) within 5 minutes is answered with the first position
     * and heard by nobody. Where there is no room for another name of a channel it fails with
     * {@link UnavailableException}. Of two appends of one thread to a channel the first gets the
     * lower position, and its stage completes first.
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

    /**
     * Reads the entries after a cursor, oldest first.
     *
     * @param after null reads from the oldest entry kept, and is never {@link
     *     ReadResult.Unreadable}; an origin that it does not name is read from its first entry
     * @param limit how many entries at most, from 0 on; 0 tells the top alone
     */
    CompletionStage<ReadResult> readAfter(String channel, @Nullable Cursor after, int limit);

    /** Ends everything; appends and reads fail from now on. */
    @Override
    void close();
}
