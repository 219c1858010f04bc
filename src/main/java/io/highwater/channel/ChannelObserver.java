package io.highwater.channel;

/** Told of what the hub does. The shards' threads call it, several at once; it must not block. */
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

    /** The log took a new publication, not a repeat; or there is one in an ephemeral channel. */
    default void onPublished() {}

    /** A turn was handed to all subscribers of a channel. */
    default void onTurn(int publications, int subscribers) {}

    /** Entries of a channel did not reach this node; usually its history has them. */
    default void onGap() {}

    /** The history did not have them either: subscribers do not get them. */
    default void onLost() {}

    /** A subscriber, a follower or the frame factory threw. */
    default void onFailure() {}

    /** A publish was refused because the fan-out was too far behind. */
    default void onRefused() {}

    /** For the same reason, a publication of another node in an ephemeral channel was dropped. */
    default void onDropped() {}
}
