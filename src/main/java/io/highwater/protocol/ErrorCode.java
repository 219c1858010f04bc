package io.highwater.protocol;

/** The errors that end a command and not the connection (docs/protocol.md rule 11). */
public enum ErrorCode {
    /** The message is no command, or not one that is due. */
    BAD_REQUEST,

    /** The answer to unsubscribe alone. */
    NOT_SUBSCRIBED,

    /** The connection has as many subscriptions as it may. */
    LIMIT_EXCEEDED,

    /** The team's rule says no. */
    FORBIDDEN,

    /** Too many commands: the same one may be sent again later. */
    RATE_LIMITED,

    /** An earlier publish to the channel failed and has to be sent first. */
    OUT_OF_ORDER,

    /** The channels cannot do it now: the same command may be sent again later. */
    UNAVAILABLE
}
