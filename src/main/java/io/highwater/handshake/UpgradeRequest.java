package io.highwater.handshake;

import io.highwater.api.Api;
import io.highwater.handshake.address.RequestHead;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An opening handshake: an HTTP/1.1 Upgrade or an HTTP/2 Extended CONNECT. Immutable except for
 * {@link #connection}; valid until the decision is made.
 */
@Api
public interface UpgradeRequest extends RequestHead {
    /** Which of the two kinds of handshake this is. */
    enum Kind {
        /** GET with Upgrade: websocket (RFC 6455 section 4). Has a Sec-WebSocket-Key. */
        UPGRADE,
        /** CONNECT with :protocol = websocket (RFC 8441). Has no key. */
        EXTENDED_CONNECT
    }

    Kind kind();

    /** Whether the connection may carry other requests and WebSockets beside this one. */
    default boolean isMultiplexed() {
        return kind() == Kind.EXTENDED_CONNECT;
    }

    /** The path, normalised, percent-encoded where necessary, starting with "/". */
    String path();

    /** The path as received: not normalised, with everything after a ";" included. */
    default String rawPath() {
        return path();
    }

    /** The query as received, without "?"; null if there is none. */
    @Nullable String query();

    /** The names of all headers, as received. */
    Set<String> headerNames();

    /** All headers: the values of each in their order, by case-insensitive name. */
    default Map<String, List<String>> headers() {
        Map<String, List<String>> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headerNames().forEach(name -> all.put(name, headers(name)));
        return all;
    }

    /** The first value of a header, or null. */
    default @Nullable String header(String name) {
        List<String> values = headers(name);
        return values.isEmpty() ? null : values.get(0);
    }

    /** The policy of the path; empty if no endpoint is deployed there. */
    Optional<RoutePolicy> route();

    /** The user who asks; {@link Visitor#NOBODY} while the rules decide. */
    default Visitor visitor() {
        return Visitor.NOBODY;
    }

    /**
     * The certificate that the client's own TLS handshake proved, if clients are asked for one;
     * null otherwise.
     */
    default @Nullable X509Certificate clientCertificate() {
        return null;
    }

    /** The TCP connection that the request came on. */
    ConnectionScope connection();

    /** Values that live as long as a TCP connection. Thread-safe. */
    interface ConnectionScope {
        /** The value kept under this key; created now if there is none. */
        <T> T computeIfAbsent(Class<T> key, java.util.function.Supplier<T> first);

        /** The value kept under this key, or null. */
        <T> @Nullable T get(Class<T> key);
    }
}
