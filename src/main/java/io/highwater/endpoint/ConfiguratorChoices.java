package io.highwater.endpoint;

import io.highwater.handshake.RoutePolicy;
import jakarta.websocket.Extension;
import jakarta.websocket.server.ServerEndpointConfig;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.eclipse.jetty.ee10.websocket.jakarta.common.JakartaWebSocketExtension;
import org.eclipse.jetty.websocket.core.ExtensionConfig;
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
    private final boolean choosesExtensions;

    private ConfiguratorChoices(ServerEndpointConfig config) {
        this.config = config;
        this.choosesOrigin = overrides(config.getConfigurator(), "checkOrigin");
        this.choosesSubprotocol = overrides(config.getConfigurator(), "getNegotiatedSubprotocol");
        this.choosesExtensions = overrides(config.getConfigurator(), "getNegotiatedExtensions");
    }

    /** NONE for a configurator without a method of its own that has to do with handshakes. */
    static RoutePolicy.Choices of(ServerEndpointConfig config) {
        ConfiguratorChoices choices = new ConfiguratorChoices(config);
        return choices.choosesOrigin
                        || choices.choosesSubprotocol
                        || choices.choosesExtensions
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

    /** Those that it names as they were offered; what nobody offered can't be agreed on. */
    @Override
    public List<String> chooseExtensions(List<String> offered) {
        if (!choosesExtensions) {
            return offered;
        }
        List<ExtensionConfig> requested;
        try {
            requested = ExtensionConfig.parseList(offered.toArray(String[]::new));
        } catch (RuntimeException malformed) {
            return List.of();
        }
        List<Extension> installed = new ArrayList<>(EndpointContainer.INSTALLED);
        installed.addAll(config.getExtensions());
        List<Extension> chosen =
                config.getConfigurator()
                        .getNegotiatedExtensions(
                                installed,
                                requested.stream()
                                        .<Extension>map(JakartaWebSocketExtension::new)
                                        .toList());
        return chosen == null
                ? List.of()
                : chosen.stream().flatMap(own -> asOffered(own, requested)).distinct().toList();
    }

    /** The very one that was offered, or all offers of its name if its parameters were changed. */
    private static Stream<String> asOffered(Extension chosen, List<ExtensionConfig> offers) {
        List<ExtensionConfig> named =
                offers.stream().filter(own -> own.getName().equals(chosen.getName())).toList();
        List<ExtensionConfig> same =
                named.stream().filter(own -> parameters(own).equals(parameters(chosen))).toList();
        return (same.isEmpty() ? named : same).stream().map(ExtensionConfig::getParameterizedName);
    }

    private static Map<String, Optional<String>> parameters(ExtensionConfig offer) {
        return parameters(new JakartaWebSocketExtension(offer));
    }

    private static Map<String, Optional<String>> parameters(Extension extension) {
        Map<String, Optional<String>> parameters = new HashMap<>();
        for (Extension.Parameter own : extension.getParameters()) {
            parameters.put(own.getName(), Optional.ofNullable(own.getValue()));
        }
        return parameters;
    }
}
