package io.highwater.endpoint.metadata;

import jakarta.websocket.Extension;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Jakarta's platform default: what an application's configurator gets when it calls its superclass.
 * The ServiceLoader finds it. (Jetty's default allows every origin.) Thread-safe.
 */
public final class DefaultConfigurator extends ServerEndpointConfig.Configurator {
    /** The node's own origin rule for the handshake that runs on this thread. */
    private static final ThreadLocal<@Nullable BooleanSupplier> RULES = new ThreadLocal<>();

    /** A configurator's answer, which may depend on the answer of {@code rules}. */
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

    /** Answers as the node's own rule does; outside of a handshake it allows no origin. */
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
