package io.highwater.session;

import io.highwater.protocol.ErrorCode;

/** Observes what sessions do. Called by many threads; must not block. */
public interface SessionObserver {
    SessionObserver NONE = new SessionObserver() {};

    /** A client said hello that had been connected before: its attempt number is above 0. */
    default void onReconnect() {}

    /** A command was answered with an error. */
    default void onError(ErrorCode code) {}

    /**
     * Subscribers whose channel is under DEMOTE became too slow for a queue, or caught up or left.
     *
     * @param change above 0 if they became too slow
     */
    default void onDemoted(int change) {}

    /** So many messages were skipped for a demoted subscriber: the log no longer has them. */
    default void onSkipped(long messages) {}

    /** The application's rule for channels failed. */
    default void onRuleFailed() {}
}
