/**
 * How an application publishes and subscribes without a WebSocket.
 *
 * <p>Entry types: {@link io.highwater.publish.Channels}, which every bean can have injected, and
 * {@link io.highwater.publish.NodeChannels}, which implements it. Everything here is thread-safe or
 * immutable, and nothing blocks.
 *
 * <p>API: all that {@link io.highwater.publish.Channels} refers to.
 */
@io.highwater.api.Api
@org.jspecify.annotations.NullMarked
package io.highwater.publish;
