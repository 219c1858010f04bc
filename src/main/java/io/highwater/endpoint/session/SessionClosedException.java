package io.highwater.endpoint.session;

import io.highwater.wire.CloseStatus;
import java.io.IOException;

/** The session ended while a method still read its message. Has no stack trace. */
final class SessionClosedException extends IOException {
    private static final long serialVersionUID = 1L;

    SessionClosedException(CloseStatus status) {
        super("the session is over: " + status.code() + " " + status.reason());
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
