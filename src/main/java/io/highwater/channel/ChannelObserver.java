package io.highwater.channel;

/**
 * Hears what the hub does. Called on the shards' threads, so by several at once; it must not block.
 */
public interface ChannelObserver {
    ChannelObserver NONE = new ChannelObserver() {};

    /**
     * Channels with subscribers on this node came or went.
     *
     * @param change below 0 where they went
     */
    default void onChannels(int change) {}

    /** The same of subscriptions. */
    default void onSubscriptions(int change) {}

    /** The log has a publication that it had not before. */
    default void onPublished() {}

    /** A turn was handed to all subscribers of a channel. */
    default void onTurn(int publications, int subscribers) {}

    /** Entries of a channel did not come to this node; most often its history has them. */
    default void onGap() {}

    /** The history did not have them either: subscribers go without. */
    default void onLost() {}

    /** A subscriber or the frame factory threw. */
    default void onFailure() {}

    /** A publish was refused, as the fan-out was too far behind. */
    default void onRefused() {}
}
