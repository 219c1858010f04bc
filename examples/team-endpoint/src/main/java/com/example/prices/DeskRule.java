package com.example.prices;

import io.highwater.channel.ChannelClient;
import io.highwater.channel.ChannelRule;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;

/**
 * Channels: all may read the desk's, nobody may write there but the desk's own machine. By its
 * address: the name is what a client says of itself, and proves nothing. A proxy on this machine
 * has to be one of highwater.handshake.trusted-proxies, or all that come through it are the desk.
 */
@ApplicationScoped
public class DeskRule implements ChannelRule {
    private static final String DESK = "desk:";
    private static final Set<String> DESK_ADDRESSES = Set.of("127.0.0.1", "0:0:0:0:0:0:0:1");

    @Override
    public boolean maySubscribe(ChannelClient client, String channel) {
        return channel.startsWith(DESK);
    }

    @Override
    public boolean mayPublish(ChannelClient client, String channel) {
        return channel.startsWith(DESK) && DESK_ADDRESSES.contains(client.address());
    }
}
