package io.highwater.protocol;

/** Why a client does not get what it missed: the reason of {@code recovered: false}. */
public enum ResumeFailure {
    /** Some of it is no longer kept. */
    TRIMMED,

    /** The cursor is of another generation or origin. */
    UNKNOWN_GENERATION,

    /** The cursor lies beyond the channel's last position. */
    UNKNOWN_POSITION,

    /** It is more than the client would take. */
    LIMIT
}
