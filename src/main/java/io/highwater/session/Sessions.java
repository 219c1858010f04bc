package io.highwater.session;

import io.highwater.handshake.RoutePolicy;
import io.highwater.protocol.Reply;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.Route;
import io.highwater.wire.Router;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The channel service of a node: its path and its open sessions. Thread-safe. */
public final class Sessions implements Router {
    public static final String PATH = "/v1/ws";
    public static final String SUBPROTOCOL = "highwater.v1";

    private final SessionNode node;
    private final SessionRegistry registry = new SessionRegistry();
    private final Route route;

    /**
     * @param executor carries out commands, one at a time per session
     */
    public Sessions(SessionNode node, Executor executor) {
        this.node = node;
        node.names().watch(new SubscribedSessions(registry));
        this.route =
                new Route(
                        new RoutePolicy(
                                PATH,
                                null,
                                List.of(SUBPROTOCOL),
                                RoutePolicy.Subprotocol.REQUIRED,
                                null,
                                RoutePolicy.Choices.NONE),
                        node.settings().wire(),
                        executor,
                        Route.Lifecycle.NON_BLOCKING,
                        (wire, request, decision, headers) ->
                                new Session(node, registry, wire, request, decision));
    }

    @Override
    public @Nullable Route route(String path) {
        return path.equals(PATH) ? route : null;
    }

    /** The number of open sessions. */
    public int sessions() {
        return registry.size();
    }

    /** The sessions of a subject. Looks at every session. */
    public List<OpenSession> of(String subject) {
        List<OpenSession> open = new ArrayList<>();
        for (Session session : registry.all()) {
            if (session.identity().subject().equals(subject)) {
                open.add(session.open());
            }
        }
        return open;
    }

    /**
     * Actions that end the sessions that are open now, one per session, for a paced drain.
     *
     * @param retryAfterMs when the next client should come back
     * @param status the close status of its session, computed from that time
     */
    public List<Runnable> closers(LongSupplier retryAfterMs, LongFunction<CloseStatus> status) {
        List<Runnable> closers = new ArrayList<>();
        for (Session session : registry.all()) {
            closers.add(
                    () -> {
                        long millis = retryAfterMs.getAsLong();
                        session.drain(
                                OutboundFrame.text(new Reply.Drain(millis, node.name()).json()),
                                status.apply(millis));
                    });
        }
        return closers;
    }
}
