package io.highwater.protocol;

import io.highwater.api.Api;

/** Why a client does not get what it missed: the reason of {@code recovered: false}. */
@Api
public enum ResumeFailure {
    /** Some of it has been trimmed. */
    TRIMMED,

    /** The cursor belongs to another generation or origin. */
    UNKNOWN_GENERATION,

    /** The cursor lies beyond the channel's last position. */
    UNKNOWN_POSITION,

    /** It is more than the client's limit. */
    LIMIT,

    /** The channel is ephemeral: nothing of it is kept. */
    EPHEMERAL
}
