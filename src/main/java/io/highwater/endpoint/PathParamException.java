package io.highwater.endpoint;

/** A request's path does not fit the type of a path parameter. Has no stack trace. */
final class PathParamException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PathParamException(IllegalArgumentException cause) {
        super(cause.getMessage(), null, false, false);
    }
}
