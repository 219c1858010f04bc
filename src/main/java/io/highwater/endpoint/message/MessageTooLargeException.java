package io.highwater.endpoint.message;

/** A message is larger than its session takes: 1009 ends the session. */
public final class MessageTooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MessageTooLargeException(String reason) {
        super(reason);
    }
}
