/**
 * permessage-deflate (RFC 7692) within a memory budget.
 *
 * <p>Entry types: {@link io.highwater.wire.deflate.PermessageDeflate}, one a node, negotiates and
 * makes the extension of each wire; {@link io.highwater.wire.deflate.ChannelContext}, one a
 * channel, lets one compression serve all subscribers.
 *
 * <p>A connection has no Deflater and no Inflater. Between two messages its context is hibernated:
 * a copy of the last plain text, or a reference to the channel's. To compress, a native Deflater is
 * borrowed from a pool, reset and given that text as its dictionary. The peer can't tell: any
 * suffix of what it has in its window is a valid dictionary.
 *
 * <p>Messages are compressed when they are written, by the one writer of the wire. So whatever a
 * queue drops was never compressed, and no context can lose step with the peer's.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.wire.deflate;
