package io.highwater.session;

/** The lifecycle of a session; it only moves downwards. */
enum SessionState {
    /** The client has not said hello. */
    GREETING,

    /** Commands are carried out. */
    OPEN,

    /** The closing handshake is under way; what the client still sends is dropped. */
    CLOSING,

    /** The wire is over. */
    CLOSED;

    boolean takesCommands() {
        return this == GREETING || this == OPEN;
    }

    SessionState to(SessionState next) {
        if (next.compareTo(this) < 0) {
            throw new IllegalStateException(this + " does not become " + next);
        }
        return next;
    }
}
