package io.highwater.endpoint;

import io.highwater.endpoint.jetty.QueryParameters;
import io.highwater.endpoint.session.RequestUri;
import io.highwater.handshake.BearerSubprotocol;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.handshake.Visitor;
import io.highwater.wire.WireAcceptor;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.server.HandshakeRequest;
import java.net.URI;
import java.security.Principal;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The opening handshake as Jakarta's Configurator sees it. Created only for configurators that
 * override {@code modifyHandshake}, and a copy: they may keep it for their endpoints, but can no
 * longer ask for roles then.
 */
final class EndpointHandshake implements HandshakeRequest {
    private final Map<String, List<String>> headers;
    private final String uri;
    private final @Nullable String query;
    private final Map<String, String> pathParams;

    /** Null once the configurator has returned; then only what was copied is known. */
    private volatile @Nullable Visitor visitor;

    private @Nullable Object httpSession;
    private final @Nullable Principal principal;

    /**
     * @param principal the user that opens the session; null if unknown
     */
    EndpointHandshake(
            UpgradeRequest request, Map<String, String> pathParams, @Nullable Principal principal) {
        Map<String, List<String>> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        request.headers().forEach((name, values) -> copy.put(name, List.copyOf(values)));
        this.headers = Collections.unmodifiableMap(copy);
        this.uri = RequestUri.of(request);
        this.query = request.query();
        this.pathParams = pathParams;
        this.visitor = request.visitor();
        this.principal = principal;
    }

    /**
     * The configurator has returned: drops the request, so that keeping this does not retain it.
     */
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
            throw new IllegalStateException("roles are known only during the opening handshake");
        }
        return present.isInRole(role);
    }

    @Override
    public @Nullable Object getHttpSession() {
        Visitor present = visitor;
        return present == null ? httpSession : present.httpSession();
    }

    /** The parameters of the query and, as the TCK requires, of the path. */
    @Override
    public Map<String, List<String>> getParameterMap() {
        Map<String, List<String>> all = new HashMap<>(QueryParameters.of(query));
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
     * The response as a configurator may change it: it may add headers, and choose another of the
     * subprotocols that the client offered.
     */
    static final class Response implements HandshakeResponse {
        /**
         * Headers that the handshake or HTTP sets itself, in addition to all Sec-WebSocket headers.
         */
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
         * The subprotocol that the response's headers name, if the client offered it.
         *
         * @param chosen the subprotocol chosen before
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
            return isOffered && !BearerSubprotocol.is(wanted) ? wanted : chosen;
        }
    }
}
