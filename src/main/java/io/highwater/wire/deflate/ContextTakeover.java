package io.highwater.wire.deflate;

/** Whether a sender's LZ77 window survives a message (RFC 7692 section 7.1.1). */
enum ContextTakeover {
    /** A message may refer to those before it. */
    TAKEOVER,

    /** Each message stands alone. */
    NO_TAKEOVER
}
