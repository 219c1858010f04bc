/**
 * permessage-deflate (RFC 7692) within a memory budget.
 *
 * <p>Entry types: {@link io.highwater.wire.deflate.PermessageDeflate}, one for each node,
 * negotiates and makes the extension of each wire; {@link
 * io.highwater.wire.deflate.ChannelContext}, one for each channel, lets one compression serve all
 * its subscribers.
 *
 * <p>A connection has no Deflater and no Inflater. Between two messages its context is only a
 * {@link io.highwater.wire.deflate.Dictionary}: a copy of the last plain text, or a reference to
 * the channel's. To compress, the writer borrows a native Deflater from a pool, resets it and gives
 * it that text as its dictionary. The peer can't tell: any suffix of what it has in its window is a
 * valid dictionary.
 *
 * <p>The one writer of a wire compresses messages when it writes them. So whatever a queue drops
 * was never compressed, and no context can lose step with the peer's.
 *
 * <p>Thread rule: a sender is confined to its wire's writer and a receiver to its wire's reader,
 * except for what the budget does; everything that is shared is thread-safe.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.wire.deflate;
