/**
 * Channels: who is subscribed, what each subscriber has seen, and the fan-out in turns.
 *
 * <p>Entry type: {@link io.highwater.channel.ChannelHub}, which any thread may call. A channel
 * belongs to one shard. Every change to the channel and every call to its subscribers happens on
 * that shard's thread. Frames are opaque here: a {@link io.highwater.channel.FrameFactory} makes
 * them.
 *
 * <p>API: {@link io.highwater.channel.ChannelRule}, which a team's bean may implement.
 */
@io.highwater.api.Api
@org.jspecify.annotations.NullMarked
package io.highwater.channel;
