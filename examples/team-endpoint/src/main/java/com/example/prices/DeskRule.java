package com.example.prices;

import io.highwater.channel.ChannelClient;
import io.highwater.channel.ChannelRule;
import jakarta.enterprise.context.ApplicationScoped;

/** Channels: all may read the desk's, nobody may write there but the desk. */
@ApplicationScoped
public class DeskRule implements ChannelRule {
    private static final String DESK = "desk:";

    @Override
    public boolean maySubscribe(ChannelClient client, String channel) {
        return channel.startsWith(DESK);
    }

    @Override
    public boolean mayPublish(ChannelClient client, String channel) {
        return channel.startsWith(DESK) && client.name().equals("desk");
    }
}
