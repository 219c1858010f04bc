package io.highwater.channel;

import io.highwater.limits.Payer;
import io.highwater.protocol.Cursor;
import org.jspecify.annotations.Nullable;

/**
 * Who receives, of any number of channels. Called on the shard's thread of the channel in question,
 * so one at a time for a channel and at once for channels of different shards. It must not block,
 * and what it throws it throws away: the turn is not repeated.
 */
public interface Subscriber<F> {
    /** The name it goes by in {@link Occupancy}. */
    String client();

    /** The address for which its channels' names are kept; null where it is nobody's. */
    default @Nullable Payer payer() {
        return null;
    }

    /**
     * Once for each {@link ChannelHub#subscribe}, before any turn of that subscription. Where that
     * was not put in the shard's mailbox it is called on the caller's thread.
     */
    void onSubscribed(SubscribeOutcome outcome);

    /**
     * New publications, after all that came before.
     *
     * @param turn shared with the other subscribers of the channel
     */
    void onTurn(Turn<F> turn, TurnKind kind);

    /**
     * The first piece of what it missed came just now, and there is more, which it takes by {@link
     * ChannelHub#after} as fast as it can. Turns that come meanwhile are its own to place.
     *
     * @param reached up to where it has all
     * @param served up to where no turn will bring it anything
     */
    default void onBehind(Cursor reached, Cursor served, TurnKind kind) {
        throw new UnsupportedOperationException("a hub of whole pieces");
    }
}
