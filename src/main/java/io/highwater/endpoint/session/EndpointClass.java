package io.highwater.endpoint.session;

import io.highwater.endpoint.metadata.EndpointMethods;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.outbound.OutboundSettings;
import io.highwater.outbound.SendQueues;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.Wire;
import io.highwater.wire.WireListener;
import io.highwater.wire.WireSettings;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpointConfig;
import java.security.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the sessions of one deployed endpoint class share, and the set of its open sessions.
 * Thread-safe.
 */
public final class EndpointClass {
    private final SessionEnvironment environment;
    private final ServerEndpointConfig config;
    private final EndpointMethods methods;
    private final Supplier<EndpointInstance> instances;
    private final Opening opening;
    private final WireSettings settings;
    private final SendQueues queues;
    private final Set<EndpointSession> sessions = ConcurrentHashMap.newKeySet();

    /** When the object that serves a session is created. */
    public enum Opening {
        /** At the session's opening, which the class may have to be told of. */
        TOLD,

        /** With the first message: nothing of the class is called before. */
        UNTOLD
    }

    public EndpointClass(
            SessionEnvironment environment,
            ServerEndpointConfig config,
            EndpointMethods methods,
            Supplier<EndpointInstance> instances,
            Opening opening,
            WireSettings settings,
            OutboundSettings outbound) {
        this.environment = environment;
        this.config = config;
        this.methods = methods;
        this.instances = instances;
        this.opening = opening;
        this.settings = settings;
        this.queues = new SendQueues(outbound, environment.node().outbound());
    }

    SessionEnvironment environment() {
        return environment;
    }

    Class<?> type() {
        return config.getEndpointClass();
    }

    EndpointMethods methods() {
        return methods;
    }

    EndpointInstance newInstance() {
        return instances.get();
    }

    boolean opensUntold() {
        return opening == Opening.UNTOLD;
    }

    long maxMessageBytes() {
        return settings.maxMessageBytes();
    }

    SendQueues queues() {
        return queues;
    }

    /** Creates the session of a wire; it counts as open from its {@code onOpen}. */
    public WireListener session(
            Wire wire, UpgradeRequest request, @Nullable String subprotocol, SessionConfig own) {
        return new EndpointSession(this, wire, request, subprotocol, own);
    }

    /**
     * The configuration of a session that is about to open.
     *
     * @param principal the user that opens it; null if unknown
     */
    public SessionConfig sessionConfig(
            Map<String, String> pathParams, @Nullable Principal principal) {
        return SessionConfig.of(config, pathParams, principal);
    }

    void add(EndpointSession session) {
        sessions.add(session);
    }

    void remove(EndpointSession session) {
        sessions.remove(session);
    }

    /** The sessions that have opened and can still send. */
    Set<Session> openSessions() {
        return sessions.stream()
                .map(EndpointSession::jakartaSession)
                .filter(session -> session != null && session.isOpen())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The number of open sessions. */
    public int sessions() {
        return sessions.size();
    }

    /** The open sessions of a user. Looks at every session. */
    public List<OpenSession> sessionsOf(String user) {
        List<OpenSession> open = new ArrayList<>();
        for (EndpointSession session : sessions) {
            Principal principal = session.config().principal();
            JakartaSession jakarta = session.jakartaSession();
            if (principal != null && jakarta != null && user.equals(principal.getName())) {
                open.add(new OpenSession(jakarta.getId(), principal, session::close));
            }
        }
        return open;
    }

    /** Actions that reset the sessions that are open now. */
    public List<Runnable> aborters() {
        return sessions.stream().<Runnable>map(session -> session::abort).toList();
    }

    /** Actions that end the sessions that are open now, one per session. */
    public List<Runnable> closers(Supplier<CloseStatus> status) {
        return sessions.stream()
                .<Runnable>map(session -> () -> session.close(status.get()))
                .toList();
    }
}
