package io.highwater.outbound;

/** Whether a queue can do without a message. */
enum Hold {
    /** It is sent, or the session ends. */
    KEPT,

    /** LATEST may drop it. */
    DROPPABLE,

    /** DEMOTE may give it up, since the log has it too. */
    LOGGED
}
