package io.highwater.session;

import io.highwater.time.Timer;

/** A client that says no hello is not waited for. Lives until the hello. */
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
