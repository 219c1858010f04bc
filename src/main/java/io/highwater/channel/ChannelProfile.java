package io.highwater.channel;

import io.highwater.backbone.RingBounds;

/**
 * How one channel is run: what {@link ChannelSettings#forChannel} found for it. Immutable.
 *
 * @param latestCount messages that {@link ChannelOverflow#LATEST} keeps where no keys are used
 */
public record ChannelProfile(ChannelOverflow policy, int latestCount, RingBounds ring) {
    /** EVICT, 50, the default ring. */
    public static ChannelProfile defaults() {
        return new ChannelProfile(ChannelOverflow.EVICT, 50, RingBounds.defaults());
    }
}
