package io.highwater.endpoint;

import io.highwater.handshake.UpgradeRequest;
import io.highwater.handshake.Visitor;
import io.highwater.wire.WireAcceptor;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.server.HandshakeRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.eclipse.jetty.util.MultiMap;
import org.eclipse.jetty.util.UrlEncoded;
import org.jspecify.annotations.Nullable;

/**
 * The opening handshake as Jakarta's Configurator sees it. Made only for configurators that look,
 * and a copy: they may keep it for their endpoints, though roles can be asked for no more then.
 */
final class EndpointHandshake implements HandshakeRequest {
    /** What RFC 3986 has nowhere in a path or query, of the printable characters. */
    private static final String ILLEGAL = "\"<>\\^`{|}[]#";

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final Map<String, List<String>> headers;
    private final String uri;
    private final @Nullable String query;
    private final Map<String, String> pathParams;

    /** Null once the configurator has looked: then what follows is known, and no more. */
    private volatile @Nullable Visitor visitor;

    private @Nullable Object httpSession;
    private final @Nullable Principal principal;

    /**
     * @param principal who opens the session; null where nobody knows
     */
    EndpointHandshake(
            UpgradeRequest request, Map<String, String> pathParams, @Nullable Principal principal) {
        Map<String, List<String>> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        request.headers().forEach((name, values) -> copy.put(name, List.copyOf(values)));
        this.headers = Collections.unmodifiableMap(copy);
        this.uri = uri(request);
        this.query = request.query();
        this.pathParams = pathParams;
        this.visitor = request.visitor();
        this.principal = principal;
    }

    /** The configurator has looked: whoever keeps this keeps no request with it. */
    void end() {
        Visitor present = visitor;
        if (present != null) {
            httpSession = present.httpSession();
            visitor = null;
        }
    }

    @Override
    public Map<String, List<String>> getHeaders() {
        return headers;
    }

    @Override
    public @Nullable Principal getUserPrincipal() {
        return principal;
    }

    @Override
    public URI getRequestURI() {
        return URI.create(uri);
    }

    @Override
    public boolean isUserInRole(String role) {
        Visitor present = visitor;
        if (present == null) {
            throw new IllegalStateException("roles are known during the opening handshake alone");
        }
        return present.isInRole(role);
    }

    @Override
    public @Nullable Object getHttpSession() {
        Visitor present = visitor;
        return present == null ? httpSession : present.httpSession();
    }

    /** Of the query and, as the TCK wants it, of the path. */
    @Override
    public Map<String, List<String>> getParameterMap() {
        Map<String, List<String>> all = new HashMap<>(parameters(query));
        pathParams.forEach(
                (name, value) ->
                        all.merge(
                                name,
                                List.of(value),
                                (ofQuery, ofPath) ->
                                        Stream.concat(ofPath.stream(), ofQuery.stream()).toList()));
        return Collections.unmodifiableMap(all);
    }

    @Override
    public @Nullable String getQueryString() {
        return query;
    }

    /**
     * The whole address the client called, with scheme and host, as Jakarta WebSocket 2.1 has it.
     * What may not stand in a URI, but came, is percent-encoded.
     */
    static String uri(UpgradeRequest request) {
        StringBuilder uri = new StringBuilder();
        uri.append(request.scheme().equals("https") ? "wss://" : "ws://");
        uri.append(request.authority()).append(legal(request.rawPath()));
        if (request.query() != null) {
            uri.append('?').append(legal(request.query()));
        }
        return uri.toString();
    }

    static String legal(String part) {
        StringBuilder legal = new StringBuilder(part.length());
        int next;
        for (int i = 0; i < part.length(); i = next) {
            next = part.offsetByCodePoints(i, 1);
            char c = part.charAt(i);
            if (c > ' ' && c < 0x7F && ILLEGAL.indexOf(c) < 0 && (c != '%' || isEscape(part, i))) {
                legal.append(c);
            } else {
                for (byte b : part.substring(i, next).getBytes(StandardCharsets.UTF_8)) {
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
        parameters.replaceAll((name, values) -> List.copyOf(values));
        return Collections.unmodifiableMap(parameters);
    }

    /**
     * The answer as a configurator may change it: its own headers, and which of the subprotocols
     * that the client offered it is.
     */
    static final class Response implements HandshakeResponse {
        /** What the handshake, or HTTP, says itself; beside all Sec-WebSocket headers. */
        private static final Set<String> OURS =
                Set.of(
                        "connection",
                        "content-length",
                        "host",
                        "keep-alive",
                        "te",
                        "trailer",
                        "transfer-encoding",
                        "upgrade");

        private final Map<String, List<String>> headers;

        Response(Map<String, List<String>> headers) {
            this.headers = headers;
        }

        @Override
        public Map<String, List<String>> getHeaders() {
            return headers;
        }

        void copyTo(WireAcceptor.ResponseHeaders answer) {
            headers.forEach(
                    (name, values) -> {
                        String lower = name.toLowerCase(Locale.ROOT);
                        if (!OURS.contains(lower)
                                && !lower.startsWith("sec-websocket-")
                                && !lower.startsWith(":")) {
                            values.stream()
                                    .filter(Objects::nonNull)
                                    .forEach(value -> answer.add(name, value));
                        }
                    });
        }

        /**
         * The one that stands in the answer, if the client offered it.
         *
         * @param chosen what was chosen before
         */
        @Nullable String subprotocol(@Nullable String chosen, List<String> offers) {
            List<String> values = headers.get(HandshakeRequest.SEC_WEBSOCKET_PROTOCOL);
            if (values == null || values.isEmpty()) {
                return null;
            }
            String wanted = values.get(0);
            boolean isOffered =
                    offers.stream()
                            .flatMap(offer -> Stream.of(offer.split(",")))
                            .anyMatch(offer -> offer.strip().equals(wanted));
            return isOffered ? wanted : chosen;
        }
    }
}
