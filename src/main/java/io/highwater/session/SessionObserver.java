package io.highwater.session;

import io.highwater.protocol.ErrorCode;

/** Observes what sessions do. Called by many threads; must not block. */
public interface SessionObserver {
    SessionObserver NONE = new SessionObserver() {};

    /** A client said hello that had been connected before: its attempt number is above 0. */
    default void onReconnect() {}

    /** A command was answered with an error. */
    default void onError(ErrorCode code) {}

    /** The application's rule for channels failed. */
    default void onRuleFailed() {}
}
