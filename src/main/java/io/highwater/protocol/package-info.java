/**
 * The messages between clients and servers of highwater.v1: docs/protocol.md as Java, for both
 * sides. At the bottom of the layers: this package knows nothing of sessions, channels, logs or
 * sockets.
 *
 * <p>Entry types: a {@link io.highwater.protocol.Command} is written by its {@code json} and read
 * by {@link io.highwater.protocol.Codec}; a {@link io.highwater.protocol.Reply} is written by its
 * {@code json} and read by {@link io.highwater.protocol.ReplyReader}. {@link
 * io.highwater.protocol.Position} and {@link io.highwater.protocol.Cursor} say how far a client has
 * read a channel. All are thread-safe or immutable.
 *
 * <p>API: positions, cursors and where a subscription starts, for applications that publish and
 * subscribe themselves.
 */
@io.highwater.api.Api
@org.jspecify.annotations.NullMarked
package io.highwater.protocol;
