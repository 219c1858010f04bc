package io.highwater.protocol;

/** A message that a server of highwater.v1 does not send. */
public final class MalformedReply extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedReply(String message) {
        super(message);
    }

    MalformedReply(String message, Throwable cause) {
        super(message, cause);
    }
}
