package com.example.prices;

import io.highwater.channel.ChannelClient;
import io.highwater.channel.ChannelDecision;
import io.highwater.channel.ChannelRule;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.CompletionStage;

/**
 * Channels: all may read the desk's, nobody may write there but the desk's own machine. By its
 * address: the name is what a client says of itself, and proves nothing. A proxy on this machine
 * has to be one of highwater.handshake.trusted-proxies, or all that come through it are the desk.
 */
@ApplicationScoped
public class DeskRule implements ChannelRule {
    private static final String DESK = "desk:";

    @Override
    public CompletionStage<ChannelDecision> maySubscribe(ChannelClient client, String channel) {
        return ChannelRule.allowedIf(channel.startsWith(DESK));
    }

    @Override
    public CompletionStage<ChannelDecision> mayPublish(ChannelClient client, String channel) {
        return ChannelRule.allowedIf(
                channel.startsWith(DESK) && client.address().isLoopbackAddress());
    }
}
