package io.highwater.channel;

import io.highwater.backbone.RingBounds;

/**
 * The settings of one channel, as found by {@link ChannelSettings#forChannel}. Immutable.
 *
 * @param latestCount messages that {@link ChannelOverflow#LATEST} keeps if no keys are used
 */
public record ChannelProfile(ChannelOverflow policy, int latestCount, RingBounds ring) {
    /** EVICT, 50, the default ring. */
    public static ChannelProfile defaults() {
        return new ChannelProfile(ChannelOverflow.EVICT, 50, RingBounds.defaults());
    }
}
