package io.highwater.channel;

import io.highwater.backbone.RingBounds;

/**
 * The settings of one channel, as found by {@link ChannelSettings#forChannel}. Immutable.
 *
 * @param latestCount messages that {@link ChannelOverflow#LATEST} keeps if no keys are used
 */
public record ChannelProfile(ChannelOverflow policy, int latestCount, RingBounds ring) {
    /**
     * The profile of an ephemeral channel if nothing else is set for it: a subscriber that cannot
     * keep up loses messages there, which nobody is promised.
     */
    ChannelProfile ephemeral() {
        return new ChannelProfile(ChannelOverflow.LATEST, latestCount, ring);
    }

    /** EVICT, 50, the default ring. */
    public static ChannelProfile defaults() {
        return new ChannelProfile(ChannelOverflow.EVICT, 50, RingBounds.defaults());
    }
}
