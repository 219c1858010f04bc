package io.highwater.testing;

import io.highwater.handshake.RoutePolicy;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.handshake.Visitor;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A handshake that is in order, and what a test makes worse of it. Confined to its test. */
public final class FakeUpgradeRequest implements UpgradeRequest {
    private Kind kind = Kind.UPGRADE;
    private String scheme = "http";
    private String authority = "example.com";
    private String peer = "198.51.100.7";
    private @Nullable RoutePolicy route = RoutePolicy.of("/v1/echo");
    private ConnectionScope connection = new FakeScope();
    private Visitor visitor = Visitor.NOBODY;
    private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    public static FakeUpgradeRequest upgrade() {
        return new FakeUpgradeRequest()
                .header("Sec-WebSocket-Version", "13")
                .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="); // RFC 6455 section 1.3
    }

    public static FakeUpgradeRequest extendedConnect() {
        FakeUpgradeRequest request = new FakeUpgradeRequest().header("Sec-WebSocket-Version", "13");
        request.kind = Kind.EXTENDED_CONNECT;
        return request;
    }

    public FakeUpgradeRequest header(String name, String... values) {
        headers.put(name, new ArrayList<>(List.of(values)));
        return this;
    }

    public FakeUpgradeRequest without(String name) {
        headers.remove(name);
        return this;
    }

    public FakeUpgradeRequest origin(String... values) {
        return header("Origin", values);
    }

    public FakeUpgradeRequest at(String newScheme, String newAuthority) {
        scheme = newScheme;
        authority = newAuthority;
        return this;
    }

    public FakeUpgradeRequest from(String address) {
        peer = address;
        return this;
    }

    public FakeUpgradeRequest route(@Nullable RoutePolicy newRoute) {
        route = newRoute;
        return this;
    }

    /** Who the web application at the path knows. */
    public FakeUpgradeRequest knownAs(Visitor known) {
        visitor = known;
        return this;
    }

    public FakeUpgradeRequest on(ConnectionScope scope) {
        connection = scope;
        return this;
    }

    @Override
    public Kind kind() {
        return kind;
    }

    @Override
    public String path() {
        return "/v1/echo";
    }

    @Override
    public @Nullable String query() {
        return null;
    }

    @Override
    public java.util.Set<String> headerNames() {
        return headers.keySet();
    }

    @Override
    public List<String> headers(String name) {
        return headers.getOrDefault(name, List.of());
    }

    @Override
    public String scheme() {
        return scheme.toLowerCase(Locale.ROOT);
    }

    @Override
    public String authority() {
        return authority;
    }

    @Override
    public InetSocketAddress peer() {
        return peer.endsWith(".example")
                ? InetSocketAddress.createUnresolved(peer, 50_000)
                : new InetSocketAddress(Ledgers.address(peer), 50_000);
    }

    @Override
    public Optional<RoutePolicy> route() {
        return Optional.ofNullable(route);
    }

    @Override
    public Visitor visitor() {
        return visitor;
    }

    @Override
    public ConnectionScope connection() {
        return connection;
    }

    /** One TCP connection. */
    public static final class FakeScope implements ConnectionScope {
        private final Map<Class<?>, Object> values = new ConcurrentHashMap<>();

        @Override
        public <T> T computeIfAbsent(Class<T> key, Supplier<T> first) {
            return key.cast(values.computeIfAbsent(key, k -> first.get()));
        }

        @Override
        public <T> @Nullable T get(Class<T> key) {
            return key.cast(values.get(key));
        }

        public boolean isEmpty() {
            return values.isEmpty();
        }
    }
}
