package io.highwater.channel;

import io.highwater.api.Api;

/**
 * Who asks a {@link ChannelRule}. Immutable.
 *
 * @param name the client's name, as it said itself
 * @param address where it comes from, as the handshake saw it
 */
@Api
public record ChannelClient(String name, String address) {}
