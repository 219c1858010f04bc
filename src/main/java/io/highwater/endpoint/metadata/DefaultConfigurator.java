package io.highwater.endpoint.metadata;

import jakarta.websocket.Extension;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Jakarta's platform default: what a team's configurator gets when it asks its superclass. Found by
 * the ServiceLoader. (Jetty's allows each origin.) Thread-safe.
 */
public final class DefaultConfigurator extends ServerEndpointConfig.Configurator {
    /** What the node's own rule says of the origin that is asked for on this thread. */
    private static final ThreadLocal<@Nullable BooleanSupplier> RULES = new ThreadLocal<>();

    /** A configurator's answer, which may be made of that of {@code rules}. */
    static boolean checkOrigin(
            ServerEndpointConfig.Configurator configurator, String origin, BooleanSupplier rules) {
        RULES.set(rules);
        try {
            return configurator.checkOrigin(origin);
        } finally {
            RULES.remove();
        }
    }

    @Override
    public ServerEndpointConfig.Configurator getContainerDefaultConfigurator() {
        return this;
    }

    /** As the node's own rule does; outside of a handshake nothing is known to be right. */
    @Override
    public boolean checkOrigin(String origin) {
        BooleanSupplier rules = RULES.get();
        return rules != null && rules.getAsBoolean();
    }

    @Override
    public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
        return requested.stream().filter(supported::contains).findFirst().orElse("");
    }

    @Override
    public List<Extension> getNegotiatedExtensions(
            List<Extension> installed, List<Extension> requested) {
        return requested.stream()
                .filter(
                        own ->
                                installed.stream()
                                        .anyMatch(other -> other.getName().equals(own.getName())))
                .toList();
    }

    @Override
    public void modifyHandshake(
            ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {}

    @Override
    public <T> T getEndpointInstance(Class<T> type) throws InstantiationException {
        try {
            return type.getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            InstantiationException failure = new InstantiationException(type.getName() + ": " + e);
            failure.initCause(e);
            throw failure;
        }
    }
}
