package io.highwater.protocol;

/** The errors that end a command but not the connection (docs/protocol.md rule 11). */
public enum ErrorCode {
    /** The message is not a valid command, or not one that is allowed at this time. */
    BAD_REQUEST,

    /** Only in answer to unsubscribe. */
    NOT_SUBSCRIBED,

    /** The connection has the maximum number of subscriptions. */
    LIMIT_EXCEEDED,

    /** The application's rule refuses the command. */
    FORBIDDEN,

    /** Too many commands: the client may send the same one again later. */
    RATE_LIMITED,

    /** An earlier publish to the channel failed and has to be sent first. */
    OUT_OF_ORDER,

    /** The channels cannot do it now: the client may send the same command again later. */
    UNAVAILABLE
}
