package io.highwater.wire.jetty;

import io.highwater.handshake.RoutePolicy;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.handshake.Visitor;
import io.highwater.wire.Route;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Attributes;
import org.jspecify.annotations.Nullable;

/** A handshake as Jetty parsed it. Reads Jetty's request: valid until the answer is sent. */
final class JettyUpgradeRequest implements UpgradeRequest {
    private static final InetSocketAddress UNKNOWN =
            InetSocketAddress.createUnresolved("unknown", 0);

    private final Request request;
    private final Kind kind;
    private final @Nullable Route route;
    private final Visitor visitor;

    JettyUpgradeRequest(Request request, Kind kind, @Nullable Route route) {
        this(request, kind, route, Visitor.NOBODY);
    }

    private JettyUpgradeRequest(
            Request request, Kind kind, @Nullable Route route, Visitor visitor) {
        this.request = request;
        this.kind = kind;
        this.route = route;
        this.visitor = visitor;
    }

    /** The same request, now that the web application has told who sent it. */
    JettyUpgradeRequest of(Visitor known) {
        return new JettyUpgradeRequest(request, kind, route, known);
    }

    @Override
    public Visitor visitor() {
        return visitor;
    }

    @Override
    public Kind kind() {
        return kind;
    }

    @Override
    public String path() {
        return Request.getPathInContext(request);
    }

    @Override
    public String rawPath() {
        String path = request.getHttpURI().getPath();
        return path == null ? path() : path;
    }

    @Override
    public @Nullable String query() {
        return request.getHttpURI().getQuery();
    }

    @Override
    public List<String> headers(String name) {
        return request.getHeaders().getValuesList(name);
    }

    /** In one pass: there may be thousands of fields, and each look-up reads all of them. */
    @Override
    public Map<String, List<String>> headers() {
        Map<String, List<String>> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (HttpField field : request.getHeaders()) {
            all.computeIfAbsent(field.getName(), name -> new ArrayList<>(1)).add(field.getValue());
        }
        return all;
    }

    @Override
    public Set<String> headerNames() {
        return request.getHeaders().getFieldNamesCollection();
    }

    @Override
    public String scheme() {
        return request.getConnectionMetaData().isSecure() ? "https" : "http";
    }

    @Override
    public String authority() {
        HttpURI uri = request.getHttpURI();
        String authority = uri.getAuthority();
        return authority == null ? "" : authority;
    }

    @Override
    public InetSocketAddress peer() {
        return request.getConnectionMetaData().getRemoteSocketAddress()
                        instanceof InetSocketAddress address
                ? address
                : UNKNOWN;
    }

    @Override
    public Optional<RoutePolicy> route() {
        return route == null ? Optional.empty() : Optional.of(route.policy());
    }

    @Override
    public @Nullable X509Certificate clientCertificate() {
        if (request.getAttribute(EndPoint.SslSessionData.ATTRIBUTE)
                instanceof EndPoint.SslSessionData tls) {
            X509Certificate[] chain = tls.peerCertificates();
            return chain == null || chain.length == 0 ? null : chain[0];
        }
        return null;
    }

    @Override
    public ConnectionScope connection() {
        return new AttributeScope(request.getConnectionMetaData());
    }

    /** Jetty's attributes of a TCP connection; the lock makes the first value the only one. */
    private record AttributeScope(Attributes attributes) implements ConnectionScope {
        @Override
        public <T> T computeIfAbsent(Class<T> key, Supplier<T> first) {
            synchronized (attributes) {
                T present = get(key);
                if (present == null) {
                    present = first.get();
                    attributes.setAttribute(key.getName(), present);
                }
                return present;
            }
        }

        @Override
        public <T> @Nullable T get(Class<T> key) {
            return key.cast(attributes.getAttribute(key.getName()));
        }
    }
}
