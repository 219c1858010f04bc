package io.highwater.endpoint;

import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.Endpoint;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.eclipse.jetty.ee10.websocket.jakarta.common.JakartaWebSocketContainer;
import org.eclipse.jetty.websocket.core.WebSocketComponents;

/**
 * Jetty's Jakarta container for one endpoint class: {@code session.getOpenSessions()} asks its
 * container, and means the sessions of the same endpoint. Thread-safe.
 */
final class EndpointContainer extends JakartaWebSocketContainer implements ServerContainer {
    private static final String NO_CLIENT = "this server opens no WebSockets of its own";

    private final Executor executor;
    private final Set<EndpointSession> sessions;
    private final FrameHandlers frameHandlers;

    EndpointContainer(
            WebSocketComponents components, Executor executor, Set<EndpointSession> sessions) {
        super(components);
        this.executor = executor;
        this.sessions = sessions;
        // Jetty's tracker keeps a second set of all sessions; ours is there already.
        removeSessionListener(sessionTracker);
        this.frameHandlers = new FrameHandlers(this);
    }

    @Override
    public Executor getExecutor() {
        return executor;
    }

    @Override
    protected FrameHandlers getFrameHandlerFactory() {
        return frameHandlers;
    }

    @Override
    public Set<Session> getOpenSessions() {
        return sessions.stream()
                .map(EndpointSession::jakartaSession)
                .filter(session -> session != null && session.isOpen())
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public void addEndpoint(Class<?> endpointClass) {
        throw new IllegalStateException("endpoints are deployed before the server starts");
    }

    @Override
    public void addEndpoint(ServerEndpointConfig config) {
        throw new IllegalStateException("endpoints are deployed before the server starts");
    }

    @Override
    public void upgradeHttpToWebSocket(
            Object request,
            Object response,
            ServerEndpointConfig config,
            Map<String, String> path) {
        throw new IllegalStateException("upgrades are answered before any servlet runs");
    }

    @Override
    public Session connectToServer(Object endpoint, URI path) {
        throw new IllegalStateException(NO_CLIENT);
    }

    @Override
    public Session connectToServer(Class<?> endpointClass, URI path) {
        throw new IllegalStateException(NO_CLIENT);
    }

    @Override
    public Session connectToServer(Endpoint endpoint, ClientEndpointConfig config, URI path) {
        throw new IllegalStateException(NO_CLIENT);
    }

    @Override
    public Session connectToServer(
            Class<? extends Endpoint> endpointClass, ClientEndpointConfig config, URI path) {
        throw new IllegalStateException(NO_CLIENT);
    }
}
