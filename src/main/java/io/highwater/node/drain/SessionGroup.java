package io.highwater.node.drain;

import io.highwater.endpoint.Endpoints;
import io.highwater.session.Sessions;
import io.highwater.wire.CloseStatus;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntSupplier;

/**
 * Sessions that end together, and the number still open. Thread-safe.
 *
 * @param count number of open sessions
 * @param verbs makes one action for each session open now, which closes it with 1012
 */
public record SessionGroup(IntSupplier count, Function<RetrySpread, List<Runnable>> verbs) {
    public int open() {
        return count.getAsInt();
    }

    /** One action for each session open now, which closes it with 1012. */
    List<Runnable> closers(RetrySpread spread) {
        return verbs.apply(spread);
    }

    public static SessionGroup of(Endpoints endpoints) {
        return new SessionGroup(
                endpoints::sessions,
                spread -> endpoints.closers(() -> restart(spread.next().toMillis())));
    }

    public static SessionGroup of(Sessions channels) {
        return new SessionGroup(
                channels::sessions,
                spread -> channels.closers(() -> spread.next().toMillis(), SessionGroup::restart));
    }

    /**
     * Connections to wait for without closing them: those that have no session yet, and those whose
     * session has ended but whose connection has not.
     */
    public static SessionGroup waitingFor(IntSupplier connections) {
        return new SessionGroup(connections, spread -> List.of());
    }

    private static CloseStatus restart(long retryAfterMs) {
        return new CloseStatus(CloseStatus.RESTART, "{\"retryAfterMs\":" + retryAfterMs + "}");
    }
}
