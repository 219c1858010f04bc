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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the sessions of one deployed endpoint class share; knows those that are open. Thread-safe.
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

    /** When the object is made whose methods serve a session. */
    public enum Opening {
        /** At its opening, of which the class may hear. */
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

    /** Makes the session of a wire; it is among the open ones from its {@code onOpen}. */
    public WireListener session(
            Wire wire, UpgradeRequest request, @Nullable String subprotocol, SessionConfig own) {
        return new EndpointSession(this, wire, request, subprotocol, own);
    }

    /**
     * The configuration of a session to be.
     *
     * @param principal who opens it; null where nobody knows
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

    /** Those that have opened, and can still send. */
    Set<Session> openSessions() {
        return sessions.stream()
                .map(EndpointSession::jakartaSession)
                .filter(session -> session != null && session.isOpen())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Open sessions. */
    public int sessions() {
        return sessions.size();
    }

    /** The verbs that reset the sessions that are open now. */
    public List<Runnable> aborters() {
        return sessions.stream().<Runnable>map(session -> session::abort).toList();
    }

    /** The verbs that end the sessions that are open now, one each. */
    public List<Runnable> closers(Supplier<CloseStatus> status) {
        return sessions.stream()
                .<Runnable>map(session -> () -> session.close(status.get()))
                .toList();
    }
}
