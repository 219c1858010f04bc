package io.highwater.handshake.address;

import java.net.InetAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A host with an optional port, as in a Host header (RFC 3986 section 3.2, without user
 * information). Immutable.
 *
 * @param host in lower case; an IPv6 address in brackets and in one spelling
 * @param port 1 to 65535, or {@link #NO_PORT}
 */
public record Authority(String host, int port) {
    static final int NO_PORT = -1;
    private static final int MAX_HOST_CHARS = 253;

    /** Null if the text is not a valid authority. */
    static @Nullable Authority parse(String text) {
        int hostEnd = text.startsWith("[") ? text.indexOf(']') + 1 : text.lastIndexOf(':');
        if (text.startsWith("[") && hostEnd == 0) {
            return null;
        }
        if (hostEnd < 0) {
            hostEnd = text.length();
        }
        String host = host(text.substring(0, hostEnd));
        if (host == null) {
            return null;
        }
        if (hostEnd == text.length()) {
            return new Authority(host, NO_PORT);
        }
        int port = text.charAt(hostEnd) == ':' ? port(text.substring(hostEnd + 1)) : NO_PORT;
        return port == NO_PORT ? null : new Authority(host, port);
    }

    int portOr(int otherwise) {
        return port == NO_PORT ? otherwise : port;
    }

    /** Whether the host is an IP address, which has no subdomains. */
    boolean isAddress() {
        return host.startsWith("[") || IpLiteral.parse(host) != null;
    }

    private static int port(String text) {
        int port = Decimal.parse(text, 65_535);
        return port <= 0 ? NO_PORT : port;
    }

    private static @Nullable String host(String text) {
        if (text.startsWith("[")) {
            InetAddress address =
                    text.indexOf(':') < 0
                            ? null
                            : IpLiteral.parse(text.substring(1, text.length() - 1));
            return address == null ? null : "[" + address.getHostAddress() + "]";
        }
        if (text.isEmpty() || text.length() > MAX_HOST_CHARS) {
            return null;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean allowed =
                    (c >= 'a' && c <= 'z')
                            || (c >= 'A' && c <= 'Z')
                            || (c >= '0' && c <= '9')
                            || c == '-'
                            || c == '.'
                            || c == '_';
            if (!allowed) {
                return null;
            }
        }
        return text.startsWith(".") ? null : text.toLowerCase(Locale.ROOT);
    }
}
