package io.highwater.channel;

import io.highwater.api.Api;

/** What a {@link ChannelRule} says to a client that wants to do something in a channel. */
@Api
public enum ChannelDecision {
    /** The client may, whatever its token and the configuration say. */
    ALLOWED,

    /** The client may not. */
    FORBIDDEN,

    /**
     * The rule has nothing to say: the channel's name, the client's token and the configuration
     * decide (docs/channels.md).
     */
    UNDECIDED
}
