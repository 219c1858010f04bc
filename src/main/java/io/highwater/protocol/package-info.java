/**
 * What clients of highwater.v1 may say and how they are answered: docs/protocol.md as Java.
 *
 * <p>Entry types: {@link io.highwater.protocol.Codec} reads a message into a {@link
 * io.highwater.protocol.Command}, {@link io.highwater.protocol.Reply} writes what is sent back.
 * Both are thread-safe and know nothing of sessions or sockets.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.protocol;
