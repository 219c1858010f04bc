package io.highwater.handshake;

import java.net.InetAddress;
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
final class FakeUpgradeRequest implements UpgradeRequest {
    private Kind kind = Kind.UPGRADE;
    private String scheme = "http";
    private String authority = "example.com";
    private String peer = "198.51.100.7";
    private @Nullable RoutePolicy route = RoutePolicy.of("/v1/echo");
    private ConnectionScope connection = new FakeScope();
    private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    static FakeUpgradeRequest upgrade() {
        return new FakeUpgradeRequest()
                .header("Sec-WebSocket-Version", "13")
                .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="); // RFC 6455 section 1.3
    }

    static FakeUpgradeRequest extendedConnect() {
        FakeUpgradeRequest request = new FakeUpgradeRequest().header("Sec-WebSocket-Version", "13");
        request.kind = Kind.EXTENDED_CONNECT;
        return request;
    }

    FakeUpgradeRequest header(String name, String... values) {
        headers.put(name, new ArrayList<>(List.of(values)));
        return this;
    }

    FakeUpgradeRequest without(String name) {
        headers.remove(name);
        return this;
    }

    FakeUpgradeRequest origin(String... values) {
        return header("Origin", values);
    }

    FakeUpgradeRequest at(String newScheme, String newAuthority) {
        scheme = newScheme;
        authority = newAuthority;
        return this;
    }

    FakeUpgradeRequest from(String address) {
        peer = address;
        return this;
    }

    FakeUpgradeRequest route(@Nullable RoutePolicy newRoute) {
        route = newRoute;
        return this;
    }

    FakeUpgradeRequest on(ConnectionScope scope) {
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
        InetAddress address = IpLiteral.parse(peer);
        return address == null
                ? InetSocketAddress.createUnresolved(peer, 50_000)
                : new InetSocketAddress(address, 50_000);
    }

    @Override
    public Optional<RoutePolicy> route() {
        return Optional.ofNullable(route);
    }

    @Override
    public ConnectionScope connection() {
        return connection;
    }

    /** One TCP connection. */
    static final class FakeScope implements ConnectionScope {
        private final Map<Class<?>, Object> values = new ConcurrentHashMap<>();

        @Override
        public <T> T computeIfAbsent(Class<T> key, Supplier<T> first) {
            return key.cast(values.computeIfAbsent(key, k -> first.get()));
        }

        @Override
        public <T> @Nullable T get(Class<T> key) {
            return key.cast(values.get(key));
        }

        boolean isEmpty() {
            return values.isEmpty();
        }
    }
}
