package io.highwater.session;

import io.highwater.time.Timer;

/** Ends the session of a client that sends no hello in time. Lives until the hello. */
final class HelloDeadline extends Timer {
    private final Session session;

    HelloDeadline(Session session) {
        this.session = session;
    }

    @Override
    protected void onDeadline(long nowNanos) {
        session.onHelloMissed();
    }
}
