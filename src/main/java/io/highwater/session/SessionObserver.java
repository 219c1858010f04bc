package io.highwater.session;

/** Hears what sessions do. Called by many threads; must not block. */
public interface SessionObserver {
    SessionObserver NONE = new SessionObserver() {};

    /** A client said hello that had been connected before: its attempt is above 0. */
    default void onReconnect() {}
}
