package io.highwater.endpoint.metadata;

import io.highwater.endpoint.jetty.Extensions;
import io.highwater.handshake.RoutePolicy;
import jakarta.websocket.Extension;
import jakarta.websocket.server.ServerEndpointConfig;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The methods of an application's {@link ServerEndpointConfig.Configurator} that choose during the
 * handshake. Only methods that it overrides are called; Jakarta's defaults are not. As thread-safe
 * as the configurator.
 */
public final class ConfiguratorChoices implements RoutePolicy.Choices {
    private final ServerEndpointConfig config;
    private final boolean choosesOrigin;
    private final boolean choosesSubprotocol;
    private final boolean choosesExtensions;

    private ConfiguratorChoices(ServerEndpointConfig config) {
        this.config = config;
        this.choosesOrigin = overrides(config.getConfigurator(), "checkOrigin");
        this.choosesSubprotocol = overrides(config.getConfigurator(), "getNegotiatedSubprotocol");
        this.choosesExtensions = overrides(config.getConfigurator(), "getNegotiatedExtensions");
    }

    /** NONE for a configurator that overrides no method of the handshake. */
    static RoutePolicy.Choices of(ServerEndpointConfig config) {
        ConfiguratorChoices choices = new ConfiguratorChoices(config);
        return choices.choosesOrigin
                        || choices.choosesSubprotocol
                        || choices.choosesExtensions
                        || overrides(config.getConfigurator(), "modifyHandshake")
                ? choices
                : NONE;
    }

    /** Whether an application's configurator overrides this method of Jakarta's default. */
    public static boolean overrides(ServerEndpointConfig.Configurator configurator, String name) {
        for (Method method : configurator.getClass().getMethods()) {
            if (method.getName().equals(name) && !method.isBridge()) {
                Class<?> owner = method.getDeclaringClass();
                return owner != ServerEndpointConfig.Configurator.class
                        && owner != DefaultConfigurator.class
                        && !owner.getName().startsWith("org.eclipse.jetty.");
            }
        }
        return false;
    }

    @Override
    public @Nullable Boolean allowsOrigin(String origin, BooleanSupplier rules) {
        return choosesOrigin
                ? DefaultConfigurator.checkOrigin(config.getConfigurator(), origin, rules)
                : null;
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

    /** The chosen extensions as they were offered; extensions that were not offered are dropped. */
    @Override
    public List<String> chooseExtensions(List<String> offered) {
        if (!choosesExtensions) {
            return offered;
        }
        List<Extension> installed = new ArrayList<>(Extensions.INSTALLED);
        installed.addAll(config.getExtensions());
        return Extensions.choose(
                offered,
                requested ->
                        config.getConfigurator().getNegotiatedExtensions(installed, requested));
    }
}
