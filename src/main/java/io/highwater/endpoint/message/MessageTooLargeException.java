package io.highwater.endpoint.message;

/** A message is larger than its session accepts; the session ends with 1009. */
public final class MessageTooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MessageTooLargeException(String reason) {
        super(reason);
    }
}
