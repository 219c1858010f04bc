package io.highwater.handshake;

/** What compression a session may use. The names are those of {@code highwater.deflate.mode}. */
public enum DeflatePolicy {
    /** permessage-deflate is declined: no memory. */
    OFF
}
