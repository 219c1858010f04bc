package io.highwater.endpoint.metadata;

import jakarta.websocket.DecodeException;

/**
 * A segment of a request's path does not fit the type of a path parameter (Jakarta WebSocket 4.3).
 * Has no stack trace.
 */
public final class PathParamException extends DecodeException {
    private static final long serialVersionUID = 1L;

    PathParamException(String segment, String message) {
        super(segment, message);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
