package io.highwater.handshake;

import io.highwater.api.Api;

/**
 * What compression a session may use (permessage-deflate, RFC 7692), by what it may cost in memory.
 * The names are those of {@code highwater.deflate.mode}. No mode has a Deflater of its own for each
 * connection; a context is the plain text that the next message may refer to, and nothing else.
 *
 * <p>A client that offers neither {@code client_max_window_bits} nor {@code
 * client_no_context_takeover} can't be held to a mode: what it sent is kept up to 32 KiB, as far as
 * the memory budget has promised it; beyond that such clients get no compression.
 */
@Api
public enum DeflatePolicy {
    /** Declined: no memory. */
    OFF(0),

    /**
     * Each message stands alone (no context takeover): no memory for what is sent. Up to 512 bytes
     * a connection for what is received, of a client that has not offered that its messages stand
     * alone, too.
     */
    SHARED(0),

    /** Up to 2 KiB a connection for what is sent, and 2 KiB for what is received. */
    CONTEXT_2K(11),

    /** Up to 4 KiB a connection for what is sent, and 4 KiB for what is received. The default. */
    CONTEXT_4K(12),

    /** Up to 32 KiB a connection for what is sent, and 32 KiB for what is received. */
    CONTEXT_32K(15);

    private final int windowBits;

    DeflatePolicy(int windowBits) {
        this.windowBits = windowBits;
    }

    /** Whether a message may refer to those before it. */
    public boolean hasContext() {
        return windowBits > 0;
    }

    /** The binary logarithm of {@link #contextBytes}; 0 where there is no context. */
    public int windowBits() {
        return windowBits;
    }

    /** What a connection may keep in each direction. */
    public int contextBytes() {
        return hasContext() ? 1 << windowBits : 0;
    }
}
