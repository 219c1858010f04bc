package io.highwater.endpoint.jetty;

import jakarta.websocket.Extension;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.eclipse.jetty.ee10.websocket.jakarta.common.JakartaWebSocketExtension;
import org.eclipse.jetty.websocket.core.ExtensionConfig;
import org.jspecify.annotations.Nullable;

/** Jakarta's view of Sec-WebSocket-Extensions. Stateless. */
public final class Extensions {
    /** The extensions that the server supports. */
    public static final List<Extension> INSTALLED =
            List.of(new JakartaWebSocketExtension("permessage-deflate"));

    private Extensions() {}

    /** The extensions that a response agreed on; empty if none. */
    public static List<Extension> negotiated(String field) {
        return field.isEmpty() ? List.of() : asJakarta(ExtensionConfig.parseList(field));
    }

    private static List<Extension> asJakarta(List<ExtensionConfig> configs) {
        return configs.stream().<Extension>map(JakartaWebSocketExtension::new).toList();
    }

    /**
     * The offered extensions that {@code choice} names, as they were offered; extensions that were
     * not offered are dropped.
     *
     * @param choice gets the offers; returns null if it wants none
     */
    public static List<String> choose(
            List<String> offered, UnaryOperator<@Nullable List<Extension>> choice) {
        List<ExtensionConfig> requested;
        try {
            requested = ExtensionConfig.parseList(offered.toArray(String[]::new));
        } catch (RuntimeException malformed) {
            return List.of();
        }
        List<Extension> chosen = choice.apply(asJakarta(requested));
        return chosen == null
                ? List.of()
                : chosen.stream().flatMap(own -> asOffered(own, requested)).distinct().toList();
    }

    /** The identical offer, or all offers of that name if {@code choice} changed the parameters. */
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
