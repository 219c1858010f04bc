package io.highwater.endpoint.session;

import io.highwater.identity.Identity;
import jakarta.websocket.Decoder;
import jakarta.websocket.Encoder;
import jakarta.websocket.Extension;
import jakarta.websocket.server.ServerEndpointConfig;
import java.security.Principal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint's configuration as one session sees it, with the session's own user properties and
 * path parameters. Thread-safe: other sessions read the user properties, too.
 */
public class SessionConfig implements ServerEndpointConfig {
    private final ServerEndpointConfig deployed;
    private final Map<String, String> pathParams;

    /** Written under this; null until asked for, and so in most sessions. */
    private volatile @Nullable Map<String, Object> userProperties;

    SessionConfig(ServerEndpointConfig deployed, Map<String, String> pathParams) {
        this.deployed = deployed;
        this.pathParams = pathParams;
    }

    static SessionConfig of(
            ServerEndpointConfig deployed,
            Map<String, String> pathParams,
            @Nullable Principal principal) {
        return principal == null
                ? new SessionConfig(deployed, pathParams)
                : new OfUser(deployed, pathParams, principal);
    }

    /** The user that opened the session; null if unknown. */
    public @Nullable Principal principal() {
        return null;
    }

    public Map<String, String> pathParams() {
        return pathParams;
    }

    @Override
    public Map<String, Object> getUserProperties() {
        Map<String, Object> present = userProperties;
        if (present == null) {
            synchronized (this) {
                present = userProperties;
                if (present == null) {
                    Map<String, Object> own = new ConcurrentHashMap<>();
                    deployed.getUserProperties()
                            .forEach(
                                    (name, value) -> {
                                        if (name != null && value != null) {
                                            own.put(name, value);
                                        }
                                    });
                    if (principal() instanceof Identity identity) {
                        own.put(Identity.CLAIMS_PROPERTY, identity.claims());
                    }
                    userProperties = present = own;
                }
            }
        }
        return present;
    }

    @Override
    public Class<?> getEndpointClass() {
        return deployed.getEndpointClass();
    }

    @Override
    public String getPath() {
        return deployed.getPath();
    }

    @Override
    public List<String> getSubprotocols() {
        return deployed.getSubprotocols();
    }

    @Override
    public List<Extension> getExtensions() {
        return deployed.getExtensions();
    }

    @Override
    public Configurator getConfigurator() {
        return deployed.getConfigurator();
    }

    @Override
    public List<Class<? extends Encoder>> getEncoders() {
        return deployed.getEncoders();
    }

    @Override
    public List<Class<? extends Decoder>> getDecoders() {
        return deployed.getDecoders();
    }

    /** A subclass, so that sessions without a user need no field for one. */
    private static final class OfUser extends SessionConfig {
        private final Principal principal;

        OfUser(ServerEndpointConfig deployed, Map<String, String> pathParams, Principal principal) {
            super(deployed, pathParams);
            this.principal = principal;
        }

        @Override
        public Principal principal() {
            return principal;
        }
    }
}
