package io.highwater.handshake.address;

import java.net.InetAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The client as it is and what it called, seen through the proxies that are trusted. Immutable; the
 * address is known from the start, and the rest is read when a rule asks, so that who is refused by
 * address costs no more. Valid as long as its request.
 */
public final class ClientView {
    private static final int DIRECT = -1;

    private final InetAddress address;
    private final RequestHead request;

    /** Hops between the nearest proxy and the one that the client called; DIRECT without any. */
    private final int depth;

    private ClientView(InetAddress address, RequestHead request, int depth) {
        this.address = address;
        this.request = request;
        this.depth = depth;
    }

    /** Of a peer that is no trusted proxy: what it says of others counts for nothing. */
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

    /** "http" or "https" as the client used it; null where only a proxy could know. */
    public @Nullable String scheme() {
        if (depth == DIRECT) {
            // Plain http may have been https up to a TLS terminator; https is what it is.
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

    /** The host and port the client named; null where they are malformed. */
    public @Nullable Authority authority() {
        String host = depth == DIRECT ? null : Hops.at(depth, request.headers(TrustedProxies.HOST));
        return Authority.parse(host == null ? request.authority() : host);
    }

    /**
     * Whether a page of this origin calls the host it came from. Where the scheme is not known, as
     * behind a TLS terminator that nobody told us to trust, host and port decide, and a Host
     * without a port means the default port of the origin's scheme.
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
