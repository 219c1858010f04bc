package io.highwater.channel;

import io.highwater.api.Api;

/**
 * Who asks a {@link ChannelRule}. Immutable.
 *
 * @param name what the client calls itself: it proves nothing, and no rule should trust it
 * @param address where it comes from, in text and without a port, as the handshake saw it
 */
@Api
public record ChannelClient(String name, String address) {}
