package io.highwater.channel;

import io.highwater.api.Api;
import io.highwater.identity.Identity;
import java.net.InetAddress;

/**
 * Who asks a {@link ChannelRule}. Immutable.
 *
 * @param name what the client calls itself: it proves nothing, and no rule should trust it
 * @param identity who the client is, as a handshake rule has found out; else {@link
 *     Identity#ANONYMOUS}
 * @param address where it comes from, as the handshake saw it
 */
@Api
public record ChannelClient(String name, Identity identity, InetAddress address) {}
