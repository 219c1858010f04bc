package io.highwater.endpoint;

import io.highwater.api.Api;

/**
 * A message came for an {@code @OnMessage} method whose {@code @RolesAllowed} or {@code @DenyAll}
 * does not admit the session's client. The method was not called; {@code @OnError} gets this, and
 * the session goes on. Without an {@code @OnError} method the session ends with 1008.
 */
@Api
public final class RoleRequiredException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * @param method the method that was not called
     */
    public RoleRequiredException(String method) {
        // Without a stack trace: a client can cause as many as it likes.
        super("the client has no role for the method " + method, null, false, false);
    }
}
