package io.highwater.node.drain;

import io.highwater.endpoint.Endpoints;
import io.highwater.session.Sessions;
import io.highwater.wire.CloseStatus;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntSupplier;

/**
 * Sessions that end together, and how many of them there still are. Thread-safe.
 *
 * @param count how many are open
 * @param verbs that end those that are open now with 1012, one each
 */
public record SessionGroup(IntSupplier count, Function<RetrySpread, List<Runnable>> verbs) {
    public int open() {
        return count.getAsInt();
    }

    /** The verbs that end those that are open now with 1012, one each. */
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
     * What is no session yet, or none any more though its connection is still to end: nobody to
     * close, but somebody to wait for.
     */
    public static SessionGroup waitingFor(IntSupplier connections) {
        return new SessionGroup(connections, spread -> List.of());
    }

    private static CloseStatus restart(long retryAfterMs) {
        return new CloseStatus(CloseStatus.RESTART, "{\"retryAfterMs\":" + retryAfterMs + "}");
    }
}
