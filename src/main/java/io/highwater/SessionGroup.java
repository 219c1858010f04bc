package io.highwater;

import io.highwater.endpoint.Endpoints;
import io.highwater.session.Sessions;
import io.highwater.wire.CloseStatus;
import java.util.List;

/** Sessions that end together, and how many of them there still are. Thread-safe. */
interface SessionGroup {
    int open();

    /** The verbs that end those that are open now with 1012, one each. */
    List<Runnable> closers(RetrySpread spread);

    static SessionGroup of(Endpoints endpoints) {
        return new SessionGroup() {
            @Override
            public int open() {
                return endpoints.sessions();
            }

            @Override
            public List<Runnable> closers(RetrySpread spread) {
                return endpoints.closers(() -> restart(spread.next().toMillis()));
            }
        };
    }

    static SessionGroup of(Sessions channels) {
        return new SessionGroup() {
            @Override
            public int open() {
                return channels.sessions();
            }

            @Override
            public List<Runnable> closers(RetrySpread spread) {
                return channels.closers(() -> spread.next().toMillis(), SessionGroup::restart);
            }
        };
    }

    private static CloseStatus restart(long retryAfterMs) {
        return new CloseStatus(CloseStatus.RESTART, "{\"retryAfterMs\":" + retryAfterMs + "}");
    }
}
