package io.highwater.cli.bench;

/** A benchmark that cannot go on; the message is for the person who started it. Immutable. */
final class BenchException extends RuntimeException {
    private static final long serialVersionUID = 1;

    BenchException(String message) {
        super(message);
    }

    BenchException(String message, Throwable cause) {
        super(message, cause);
    }
}
