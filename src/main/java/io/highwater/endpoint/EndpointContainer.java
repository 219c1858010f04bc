package io.highwater.endpoint;

import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.ContainerProvider;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.eclipse.jetty.ee10.websocket.jakarta.common.JakartaWebSocketContainer;
import org.eclipse.jetty.ee10.websocket.jakarta.common.JakartaWebSocketFrameHandlerFactory;
import org.eclipse.jetty.websocket.core.WebSocketComponents;

/**
 * Jetty's Jakarta container for one endpoint class: {@code session.getOpenSessions()} asks its
 * container, and means the sessions of the same endpoint. Thread-safe.
 */
final class EndpointContainer extends JakartaWebSocketContainer implements ServerContainer {
    private final Executor executor;
    private final Supplier<Set<Session>> openSessions;

    EndpointContainer(
            WebSocketComponents components,
            Executor executor,
            Supplier<Set<Session>> openSessions) {
        super(components);
        this.executor = executor;
        this.openSessions = openSessions;
    }

    @Override
    public Executor getExecutor() {
        return executor;
    }

    /** Sessions' frames go another way than Jetty's. */
    @Override
    protected JakartaWebSocketFrameHandlerFactory getFrameHandlerFactory() {
        throw new IllegalStateException("sessions here have no frame handlers");
    }

    @Override
    public Set<Session> getOpenSessions() {
        return openSessions.get();
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

    // Its sessions as a client are another container's, that of all of the application.

    @Override
    public Session connectToServer(Object endpoint, URI path)
            throws DeploymentException, IOException {
        return ContainerProvider.getWebSocketContainer().connectToServer(endpoint, path);
    }

    @Override
    public Session connectToServer(Class<?> endpointClass, URI path)
            throws DeploymentException, IOException {
        return ContainerProvider.getWebSocketContainer().connectToServer(endpointClass, path);
    }

    @Override
    public Session connectToServer(Endpoint endpoint, ClientEndpointConfig config, URI path)
            throws DeploymentException, IOException {
        return ContainerProvider.getWebSocketContainer().connectToServer(endpoint, config, path);
    }

    @Override
    public Session connectToServer(
            Class<? extends Endpoint> endpointClass, ClientEndpointConfig config, URI path)
            throws DeploymentException, IOException {
        return ContainerProvider.getWebSocketContainer()
                .connectToServer(endpointClass, config, path);
    }
}
