package io.highwater.channel;

/**
 * Hears what the hub does. Called on the shards' threads, so by several at once; it must not block.
 */
public interface ChannelObserver {
    ChannelObserver NONE = new ChannelObserver() {};

    /** A turn was handed to all subscribers of a channel. */
    default void onTurn(int publications, int subscribers) {}

    /** Entries of a channel were lost to this node. */
    default void onGap() {}

    /** A subscriber or the frame factory threw. */
    default void onFailure() {}

    /** A publish was refused, as the fan-out was too far behind. */
    default void onRefused() {}
}
