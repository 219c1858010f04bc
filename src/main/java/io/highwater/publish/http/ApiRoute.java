package io.highwater.publish.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The paths and methods of the API. A channel's name may contain slashes, encoded or not: the last
 * segment says what is asked of it.
 */
enum ApiRoute {
    PUBLISH("POST", "/v1/channels/{name}/messages"),
    PUBLISH_MANY("POST", "/v1/messages"),
    HISTORY("GET", "/v1/channels/{name}/messages"),
    PRESENCE("GET", "/v1/channels/{name}/presence"),
    END_SESSIONS("DELETE", "/v1/sessions"),
    INFO("GET", "/v1/info"),
    OPENAPI("GET", "/v1/openapi.json");

    private static final String NAME = "{name}";

    final String method;
    final String path;

    ApiRoute(String method, String path) {
        this.method = method;
        this.path = path;
    }

    boolean hasBody() {
        return method.equals("POST");
    }

    /** Whether anybody may ask. */
    boolean isOpen() {
        return this == OPENAPI;
    }

    /**
     * Whether a path is one of this route.
     *
     * @param asked still encoded
     */
    boolean fits(String asked) {
        int name = path.indexOf(NAME);
        if (name < 0) {
            return asked.equals(path);
        }
        String before = path.substring(0, name);
        String after = path.substring(name + NAME.length());
        return asked.length() > before.length() + after.length()
                && asked.startsWith(before)
                && asked.endsWith(after);
    }

    /**
     * The channel in a path that fits.
     *
     * @throws IllegalArgumentException it is not encoded well
     */
    String channel(String asked) {
        int name = path.indexOf(NAME);
        int after = path.length() - name - NAME.length();
        // A plus stands for itself in a path.
        return decoded(asked.substring(name, asked.length() - after).replace("+", "%2B"));
    }

    /** The first value of each parameter of a query. */
    static Map<String, String> parameters(String query) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String part : query.split("&")) {
            int equals = part.indexOf('=');
            if (!part.isEmpty()) {
                parameters.putIfAbsent(
                        decoded(equals < 0 ? part : part.substring(0, equals)),
                        equals < 0 ? "" : decoded(part.substring(equals + 1)));
            }
        }
        return parameters;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    static @Nullable ApiRoute of(String method, String path) {
        for (ApiRoute route : values()) {
            if (route.method.equals(method) && route.fits(path)) {
                return route;
            }
        }
        return null;
    }

    /** The methods of a path, as Allow lists them; empty if there is no such path. */
    static String methods(String path) {
        StringBuilder methods = new StringBuilder();
        for (ApiRoute route : values()) {
            if (route.fits(path)) {
                methods.append(methods.isEmpty() ? "" : ", ").append(route.method);
            }
        }
        return methods.toString();
    }
}
