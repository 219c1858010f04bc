package io.highwater.channel;

import io.highwater.api.Api;
import io.highwater.identity.Identity;
import java.net.InetAddress;

/**
 * The client that a {@link ChannelRule} decides about. Immutable.
 *
 * @param name what the client calls itself; unverified, so no rule should trust it
 * @param identity who the client is, as established by a handshake rule; otherwise {@link
 *     Identity#ANONYMOUS}
 * @param address the client's address as the handshake saw it
 */
@Api
public record ChannelClient(String name, Identity identity, InetAddress address) {}
