package io.highwater.endpoint;

import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.ContainerProvider;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.Extension;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The ServerContainer in a web application's ServletContext (Jakarta WebSocket 6.4): collects the
 * endpoints that the application adds while it starts, and opens client sessions. Thread-safe.
 */
public final class ApplicationContainer implements ServerContainer {
    /** Name of the ServletContext attribute. */
    public static final String ATTRIBUTE = ServerContainer.class.getName();

    /** Guarded by this, as are the other fields. */
    private final List<Class<?>> classes = new ArrayList<>();

    private final List<ServerEndpointConfig> configs = new ArrayList<>();
    private boolean over;
    private long sendTimeoutMillis;
    private long idleTimeoutMillis;
    private int maxBinaryBytes = DEFAULT_MAX_BYTES;
    private int maxTextBytes = DEFAULT_MAX_BYTES;

    /** Highwater's own default limit for messages. */
    private static final int DEFAULT_MAX_BYTES = 64 * 1024;

    @Override
    public synchronized void addEndpoint(Class<?> endpointClass) throws DeploymentException {
        checkStarting();
        if (!endpointClass.isAnnotationPresent(ServerEndpoint.class)) {
            throw new DeploymentException(endpointClass.getName() + ": has no @ServerEndpoint");
        }
        classes.add(endpointClass);
    }

    @Override
    public synchronized void addEndpoint(ServerEndpointConfig config) {
        checkStarting();
        configs.add(config);
    }

    private void checkStarting() {
        if (over) {
            throw new IllegalStateException(
                    "endpoints are added while the web application starts, and it has started");
        }
    }

    /** The application has started and can add no more endpoints. */
    public synchronized void close() {
        over = true;
    }

    /** Annotated endpoints that the application added. */
    public synchronized List<Class<?>> classes() {
        return List.copyOf(classes);
    }

    /** Programmatic endpoints that the application added. */
    public synchronized List<ServerEndpointConfig> configs() {
        return List.copyOf(configs);
    }

    public synchronized boolean isEmpty() {
        return classes.isEmpty() && configs.isEmpty();
    }

    @Override
    public void upgradeHttpToWebSocket(
            Object request,
            Object response,
            ServerEndpointConfig config,
            Map<String, String> path) {
        throw new IllegalStateException("upgrades are answered before any servlet runs");
    }

    // The client's part of the container.

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

    // These settings apply to no session: Highwater's own settings and annotations do.

    @Override
    public synchronized long getDefaultAsyncSendTimeout() {
        return sendTimeoutMillis;
    }

    @Override
    public synchronized void setAsyncSendTimeout(long milliseconds) {
        sendTimeoutMillis = milliseconds;
    }

    @Override
    public synchronized long getDefaultMaxSessionIdleTimeout() {
        return idleTimeoutMillis;
    }

    @Override
    public synchronized void setDefaultMaxSessionIdleTimeout(long milliseconds) {
        idleTimeoutMillis = milliseconds;
    }

    @Override
    public synchronized int getDefaultMaxBinaryMessageBufferSize() {
        return maxBinaryBytes;
    }

    @Override
    public synchronized void setDefaultMaxBinaryMessageBufferSize(int bytes) {
        maxBinaryBytes = bytes;
    }

    @Override
    public synchronized int getDefaultMaxTextMessageBufferSize() {
        return maxTextBytes;
    }

    @Override
    public synchronized void setDefaultMaxTextMessageBufferSize(int bytes) {
        maxTextBytes = bytes;
    }

    @Override
    public Set<Extension> getInstalledExtensions() {
        return Set.of();
    }
}
