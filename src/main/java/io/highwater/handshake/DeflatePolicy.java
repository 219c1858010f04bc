package io.highwater.handshake;

import io.highwater.api.Api;

/** What compression a session may use. The names are those of {@code highwater.deflate.mode}. */
@Api
public enum DeflatePolicy {
    /** permessage-deflate is declined: no memory. */
    OFF
}
