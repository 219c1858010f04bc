package io.highwater.handshake;

import io.highwater.api.Api;

/**
 * The compression that a session may use (permessage-deflate, RFC 7692), by its cost in memory. The
 * names are those of {@code highwater.deflate.mode}. In no mode does a connection have a Deflater
 * of its own; a context is only the plain text that the next message may refer to.
 *
 * <p>A client that offers neither {@code client_max_window_bits} nor {@code
 * client_no_context_takeover} can't be limited by a mode: up to 32 KiB of what it sent are kept, as
 * far as the memory budget has reserved them. Beyond that budget such clients get no compression.
 */
@Api
public enum DeflatePolicy {
    /** Compression is declined: no memory. */
    OFF(0),

    /**
     * Each message stands alone (no context takeover): no memory for sent messages. Up to 512 bytes
     * per connection for received messages, if the client has not offered that its messages stand
     * alone, too.
     */
    SHARED(0),

    /** Up to 2 KiB per connection for sent messages, and 2 KiB for received ones. */
    CONTEXT_2K(11),

    /** Up to 4 KiB per connection for sent messages, and 4 KiB for received ones. The default. */
    CONTEXT_4K(12),

    /** Up to 32 KiB per connection for sent messages, and 32 KiB for received ones. */
    CONTEXT_32K(15);

    private final int windowBits;

    DeflatePolicy(int windowBits) {
        this.windowBits = windowBits;
    }

    /** Whether a message may refer to earlier ones. */
    public boolean hasContext() {
        return windowBits > 0;
    }

    /** The binary logarithm of {@link #contextBytes}; 0 if there is no context. */
    public int windowBits() {
        return windowBits;
    }

    /** Bytes that a connection may keep in each direction. */
    public int contextBytes() {
        return hasContext() ? 1 << windowBits : 0;
    }
}
