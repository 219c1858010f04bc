package io.highwater.channel;

import io.highwater.limits.Payer;
import io.highwater.protocol.Cursor;
import org.jspecify.annotations.Nullable;

/**
 * Receives the publications of any number of channels. Called on the thread of the channel's shard,
 * so one call at a time for a channel, but concurrently for channels of different shards. It must
 * not block. If it throws, the turn is lost to it: it is not repeated.
 */
public interface Subscriber<F> {
    /** Its name in {@link Occupancy}. */
    String client();

    /** The address to which its channels and commands are charged; null for none. */
    default @Nullable Payer payer() {
        return null;
    }

    /**
     * Called once for each {@link ChannelHub#subscribe}, before any turn of that subscription. If
     * the command did not get into the shard's mailbox, this is called on the caller's thread.
     */
    void onSubscribed(SubscribeOutcome outcome);

    /**
     * New publications, which follow those of earlier turns.
     *
     * @param turn shared with the other subscribers of the channel
     */
    void onTurn(Turn<F> turn, TurnKind kind);

    /** Whether it is to be told who comes and goes. Always the same. */
    default boolean watchesPresence() {
        return false;
    }

    /**
     * Who came and went; the first event, after {@link #onSubscribed}, has all that are there.
     *
     * @param event shared with others
     * @return false if the subscriber reads too slowly to be told now: then it is told all that are
     *     there later on
     */
    default boolean onPresence(F event) {
        return true;
    }

    /**
     * The first piece of what it missed was just delivered, and there is more, which the subscriber
     * fetches by {@link ChannelHub#after} as fast as it can. The subscriber itself must put the
     * turns that come in the meantime in their place.
     *
     * @param reached the subscriber has everything up to here
     * @param served no turn will bring anything up to here
     */
    default void onBehind(Cursor reached, Cursor served, TurnKind kind) {
        throw new UnsupportedOperationException("a hub of whole pieces");
    }
}
