package io.highwater.endpoint;

import io.highwater.handshake.UpgradeRequest;
import io.highwater.wire.WireAcceptor;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.server.HandshakeRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.AbstractMap;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.util.MultiMap;
import org.eclipse.jetty.util.UrlEncoded;
import org.jspecify.annotations.Nullable;

/**
 * The opening handshake as Jakarta's Configurator sees it. Made only for configurators that look.
 * Valid during the handshake.
 */
final class EndpointHandshake implements HandshakeRequest {
    /** What RFC 3986 has nowhere in a path or query, of the printable characters. */
    private static final String ILLEGAL = "\"<>\\^`{|}[]#";

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final UpgradeRequest request;

    EndpointHandshake(UpgradeRequest request) {
        this.request = request;
    }

    /** Headers by any case of their name; only looked up, as Jetty has them parsed. */
    @Override
    public Map<String, List<String>> getHeaders() {
        return new AbstractMap<>() {
            @Override
            public @Nullable List<String> get(Object name) {
                List<String> values = request.headers(String.valueOf(name));
                return values.isEmpty() ? null : values;
            }

            @Override
            public boolean containsKey(Object name) {
                return get(name) != null;
            }

            @Override
            public Set<Entry<String, List<String>>> entrySet() {
                return request.headers().entrySet();
            }
        };
    }

    @Override
    public @Nullable Principal getUserPrincipal() {
        return request.visitor().principal();
    }

    @Override
    public URI getRequestURI() {
        return URI.create(uri(request));
    }

    @Override
    public boolean isUserInRole(String role) {
        return request.visitor().isInRole(role);
    }

    @Override
    public @Nullable Object getHttpSession() {
        return request.visitor().httpSession();
    }

    @Override
    public Map<String, List<String>> getParameterMap() {
        return parameters(request.query());
    }

    @Override
    public @Nullable String getQueryString() {
        return request.query();
    }

    /**
     * The whole address the client called, with scheme and host, as Jakarta WebSocket 2.1 has it.
     * What may not stand in a URI, but came, is percent-encoded.
     */
    static String uri(UpgradeRequest request) {
        StringBuilder uri = new StringBuilder();
        uri.append(request.scheme().equals("https") ? "wss://" : "ws://");
        uri.append(request.authority()).append(legal(request.path()));
        if (request.query() != null) {
            uri.append('?').append(legal(request.query()));
        }
        return uri.toString();
    }

    static String legal(String part) {
        StringBuilder legal = new StringBuilder(part.length());
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (c > ' ' && c < 0x7F && ILLEGAL.indexOf(c) < 0 && (c != '%' || isEscape(part, i))) {
                legal.append(c);
            } else {
                for (byte b : String.valueOf(c).getBytes(StandardCharsets.UTF_8)) {
                    legal.append('%').append(HEX.toHexDigits(b));
                }
            }
        }
        return legal.toString();
    }

    private static boolean isEscape(String part, int at) {
        return at + 2 < part.length()
                && Character.digit(part.charAt(at + 1), 16) >= 0
                && Character.digit(part.charAt(at + 2), 16) >= 0;
    }

    static Map<String, List<String>> parameters(@Nullable String query) {
        if (query == null) {
            return Map.of();
        }
        MultiMap<String> parameters = new MultiMap<>();
        // Leniently: what a peer sends wrong is not for the endpoint to fail at.
        UrlEncoded.decodeUtf8To(query, 0, query.length(), parameters::add, true, true, true);
        return parameters;
    }

    /** The response headers a configurator adds; the handshake's own can't be changed. */
    static final class Response implements HandshakeResponse {
        private final Map<String, List<String>> headers = new HashMap<>();

        @Override
        public Map<String, List<String>> getHeaders() {
            return headers;
        }

        void copyTo(WireAcceptor.ResponseHeaders answer) {
            headers.forEach(
                    (name, values) -> {
                        if (!name.toLowerCase(Locale.ROOT).startsWith("sec-websocket-")) {
                            values.forEach(value -> answer.add(name, value));
                        }
                    });
        }
    }
}
