package io.highwater.handshake.address;

import org.jspecify.annotations.Nullable;

/**
 * The hosts that a client may name. Immutable.
 *
 * @param host a host, or with a leading "." every subdomain of one
 * @param port the only port, or {@link Authority#NO_PORT} for any
 */
public record HostPattern(String host, int port) {
    public static HostPattern parse(String key, String text) {
        boolean below = text.startsWith("*.");
        Authority authority = Authority.parse(below ? text.substring(2) : text);
        if (authority == null || (below && authority.isAddress())) {
            throw new IllegalArgumentException(
                    key + ": \"" + text + "\" is not one of host[:port], *.example.com[:port]");
        }
        return new HostPattern((below ? "." : "") + authority.host(), authority.port());
    }

    /**
     * @param scheme the scheme that the client used; null if unknown, in which case an authority
     *     without a port may mean the port of http or of https
     */
    public boolean matches(Authority authority, @Nullable String scheme) {
        boolean sameHost =
                host.startsWith(".")
                        ? authority.host().endsWith(host)
                        : authority.host().equals(host);
        return sameHost && (port == Authority.NO_PORT || isPortOf(authority, scheme));
    }

    private boolean isPortOf(Authority authority, @Nullable String scheme) {
        if (scheme == null) {
            return isPortOf(authority, "http") || isPortOf(authority, "https");
        }
        return port == authority.portOr(Origin.defaultPort(scheme));
    }
}
