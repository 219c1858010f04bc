package io.highwater.endpoint;

import io.highwater.handshake.RoutePolicy;
import jakarta.websocket.server.ServerEndpointConfig;
import java.lang.reflect.Method;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The methods of a team's {@link ServerEndpointConfig.Configurator} that choose during the
 * handshake: those it has of its own are asked, Jakarta's defaults are not. Thread-safe as far as
 * the configurator is.
 */
final class ConfiguratorChoices implements RoutePolicy.Choices {
    private final ServerEndpointConfig config;
    private final boolean choosesOrigin;
    private final boolean choosesSubprotocol;

    private ConfiguratorChoices(ServerEndpointConfig config) {
        this.config = config;
        this.choosesOrigin = overrides(config.getConfigurator(), "checkOrigin");
        this.choosesSubprotocol = overrides(config.getConfigurator(), "getNegotiatedSubprotocol");
    }

    /** NONE for a configurator without a method of its own that has to do with handshakes. */
    static RoutePolicy.Choices of(ServerEndpointConfig config) {
        ConfiguratorChoices choices = new ConfiguratorChoices(config);
        return choices.choosesOrigin
                        || choices.choosesSubprotocol
                        || overrides(config.getConfigurator(), "modifyHandshake")
                ? choices
                : NONE;
    }

    /** Whether a team's configurator has a method of its own instead of Jakarta's default. */
    static boolean overrides(ServerEndpointConfig.Configurator configurator, String name) {
        for (Method method : configurator.getClass().getMethods()) {
            if (method.getName().equals(name) && !method.isBridge()) {
                Class<?> owner = method.getDeclaringClass();
                return owner != ServerEndpointConfig.Configurator.class
                        && !owner.getName().startsWith("org.eclipse.jetty.");
            }
        }
        return false;
    }

    @Override
    public @Nullable Boolean allowsOrigin(String origin) {
        return choosesOrigin ? config.getConfigurator().checkOrigin(origin) : null;
    }

    @Override
    public @Nullable String chooseSubprotocol(List<String> offered) {
        if (!choosesSubprotocol) {
            return null;
        }
        String chosen =
                config.getConfigurator()
                        .getNegotiatedSubprotocol(config.getSubprotocols(), offered);
        return chosen == null ? "" : chosen;
    }
}
