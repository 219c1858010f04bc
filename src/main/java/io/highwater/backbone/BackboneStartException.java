package io.highwater.backbone;

/**
 * A backbone cannot start. The message tells an operator what is wrong and where it was set, and
 * contains no password.
 */
public final class BackboneStartException extends Exception {
    private static final long serialVersionUID = 1L;

    public BackboneStartException(String message) {
        super(message);
    }

    public BackboneStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
