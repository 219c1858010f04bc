package io.highwater.channel;

import io.highwater.api.Api;

/**
 * Who may do what in a channel. All may do all by default; a team's bean of this type decides
 * instead. Thread-safe. Asked at every command, on a thread that others share: it must not block.
 */
@Api
public interface ChannelRule {
    ChannelRule ALLOW_ALL = new ChannelRule() {};

    default boolean maySubscribe(ChannelClient client, String channel) {
        return true;
    }

    default boolean mayPublish(ChannelClient client, String channel) {
        return true;
    }

    /** Whether it may see who is subscribed. */
    default boolean maySeePresence(ChannelClient client, String channel) {
        return true;
    }
}
