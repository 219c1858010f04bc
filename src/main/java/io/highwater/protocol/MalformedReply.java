package io.highwater.protocol;

/** A message that no server of highwater.v1 sends. */
public final class MalformedReply extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedReply(String message) {
        super(message);
    }

    MalformedReply(String message, Throwable cause) {
        super(message, cause);
    }
}
