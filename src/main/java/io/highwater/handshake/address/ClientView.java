package io.highwater.handshake.address;

import java.net.InetAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The client, and the host it named, as seen through the trusted proxies. Immutable. The address is
 * known from the start; the rest is read when a rule asks for it, so that a client that is refused
 * by its address costs no more than that. Valid as long as its request.
 */
public final class ClientView {
    private static final int DIRECT = -1;

    private final InetAddress address;
    private final RequestHead request;

    /**
     * Hops from the nearest proxy to the one that the client connected to; DIRECT without proxies.
     */
    private final int depth;

    private ClientView(InetAddress address, RequestHead request, int depth) {
        this.address = address;
        this.request = request;
        this.depth = depth;
    }

    /** For a peer that is no trusted proxy: its forwarded headers are ignored. */
    static ClientView direct(InetAddress peer, RequestHead request) {
        return new ClientView(peer, request, DIRECT);
    }

    static ClientView behindProxies(InetAddress client, RequestHead request, int depth) {
        return new ClientView(client, request, depth);
    }

    /** The client's own address as far as it is known. */
    public InetAddress address() {
        return address;
    }

    /** "http" or "https" as the client used it; null if only a proxy could know. */
    public @Nullable String scheme() {
        if (depth == DIRECT) {
            // http here may have been https up to a TLS terminator; https is certain.
            return request.scheme().equals("https") ? "https" : null;
        }
        String proto = Hops.at(depth, request.headers(TrustedProxies.PROTO));
        return proto == null ? null : scheme(proto);
    }

    private static @Nullable String scheme(String proto) {
        return switch (proto.toLowerCase(Locale.ROOT)) {
            case "https", "wss" -> "https";
            case "http", "ws" -> "http";
            default -> null;
        };
    }

    /** The host and port that the client named; null if they are malformed. */
    public @Nullable Authority authority() {
        String host = depth == DIRECT ? null : Hops.at(depth, request.headers(TrustedProxies.HOST));
        return Authority.parse(host == null ? request.authority() : host);
    }

    /**
     * Whether a page of this origin connects to the host that it came from. If the scheme is
     * unknown, as behind a TLS terminator that is not configured as trusted, host and port decide;
     * then a Host without a port means the default port of the origin's scheme.
     */
    public boolean isCalledFrom(Origin origin) {
        Authority called = authority();
        if (called == null || !origin.isWeb() || !origin.host().equals(called.host())) {
            return false;
        }
        String known = scheme();
        String used = known == null ? origin.scheme() : known;
        return origin.scheme().equals(used)
                && origin.port() == called.portOr(Origin.defaultPort(used));
    }
}
