package io.highwater.endpoint.session;

import io.highwater.endpoint.jetty.Extensions;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.ContainerProvider;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.Extension;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * The container that the sessions of one application see. Its settings apply to sessions that open
 * later, unless their endpoint sets its own. Thread-safe.
 */
final class EndpointContainer implements ServerContainer {
    private final long nodeMaxMessageBytes;
    private volatile long asyncSendTimeoutMillis;
    private volatile long maxIdleMillis;

    /** Zero if not set, as for the next field. */
    private volatile int maxTextBytes;

    private volatile int maxBinaryBytes;

    EndpointContainer(long nodeMaxMessageBytes) {
        this.nodeMaxMessageBytes = nodeMaxMessageBytes;
    }

    /** Applies these settings to a session that opens. */
    void prepare(EndpointSession session) {
        if (maxTextBytes > 0) {
            session.maxTextBytes(maxTextBytes);
        }
        if (maxBinaryBytes > 0) {
            session.maxBinaryBytes(maxBinaryBytes);
        }
        if (maxIdleMillis > 0) {
            session.maxIdle(Duration.ofMillis(maxIdleMillis));
        }
    }

    @Override
    public long getDefaultAsyncSendTimeout() {
        return asyncSendTimeoutMillis;
    }

    @Override
    public void setAsyncSendTimeout(long timeoutMillis) {
        asyncSendTimeoutMillis = timeoutMillis;
    }

    @Override
    public long getDefaultMaxSessionIdleTimeout() {
        return maxIdleMillis;
    }

    @Override
    public void setDefaultMaxSessionIdleTimeout(long timeoutMillis) {
        maxIdleMillis = Math.max(0, timeoutMillis);
    }

    @Override
    public int getDefaultMaxBinaryMessageBufferSize() {
        return maxBinaryBytes > 0 ? maxBinaryBytes : nodeMaxMessageBytes();
    }

    /** 0 or less stands for the node's limit. */
    @Override
    public void setDefaultMaxBinaryMessageBufferSize(int bytes) {
        maxBinaryBytes = Math.max(0, bytes);
    }

    @Override
    public int getDefaultMaxTextMessageBufferSize() {
        return maxTextBytes > 0 ? maxTextBytes : nodeMaxMessageBytes();
    }

    /** 0 or less stands for the node's limit. */
    @Override
    public void setDefaultMaxTextMessageBufferSize(int bytes) {
        maxTextBytes = Math.max(0, bytes);
    }

    private int nodeMaxMessageBytes() {
        return (int) Math.min(nodeMaxMessageBytes, Integer.MAX_VALUE);
    }

    @Override
    public Set<Extension> getInstalledExtensions() {
        return Set.copyOf(Extensions.INSTALLED);
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
        throw new UnsupportedOperationException("upgrades are answered before any servlet runs");
    }

    // Client sessions belong to another container, which the whole application shares.

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
