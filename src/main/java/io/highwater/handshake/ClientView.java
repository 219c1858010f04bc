package io.highwater.handshake;

import io.highwater.limits.AddressBlock;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * The client as it is and what it called, seen through the proxies that are trusted. Immutable.
 *
 * @param address the client's own address as far as it is known
 * @param scheme "http" or "https" as the client used it; null where only a proxy could know
 * @param authority the host and port the client named; null where they are malformed
 */
record ClientView(InetAddress address, @Nullable String scheme, @Nullable Authority authority) {

    /** Of the whole address, or the /64 it is in. */
    AddressBlock block() {
        return AddressBlock.of(address);
    }

    /**
     * Whether a page of this origin calls the host it came from. Where the scheme is not known, as
     * behind a TLS terminator that nobody told us to trust, host and port decide, and a Host
     * without a port means the default port of the origin's scheme.
     */
    boolean isCalledFrom(Origin origin) {
        if (authority == null || !origin.isWeb() || !origin.host().equals(authority.host())) {
            return false;
        }
        String used = scheme == null ? origin.scheme() : scheme;
        return origin.scheme().equals(used)
                && origin.port() == authority.portOr(Origin.defaultPort(used));
    }
}
