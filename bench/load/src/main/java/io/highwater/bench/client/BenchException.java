package io.highwater.bench.client;

/** A benchmark that cannot go on; the message is for the person who started it. Immutable. */
public final class BenchException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public BenchException(String message) {
        super(message);
    }

    public BenchException(String message, Throwable cause) {
        super(message, cause);
    }
}
