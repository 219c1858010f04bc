package io.highwater.handshake.address;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An origin other than the opaque "null" (RFC 6454 section 6.2). Immutable.
 *
 * @param scheme in lower case
 * @param host as {@link Authority#host}
 * @param port with the default of http and https filled in; {@link Authority#NO_PORT} if another
 *     scheme came without a port
 */
public record Origin(String scheme, String host, int port) {
    /** Null if the text is not an origin. */
    public static @Nullable Origin parse(String text) {
        int colon = text.indexOf("://");
        if (colon <= 0 || !isScheme(text.substring(0, colon))) {
            return null;
        }
        String scheme = text.substring(0, colon).toLowerCase(Locale.ROOT);
        Authority authority = Authority.parse(text.substring(colon + 3));
        return authority == null
                ? null
                : new Origin(scheme, authority.host(), authority.portOr(defaultPort(scheme)));
    }

    static int defaultPort(String scheme) {
        return switch (scheme) {
            case "http" -> 80;
            case "https" -> 443;
            default -> Authority.NO_PORT;
        };
    }

    boolean isWeb() {
        return defaultPort(scheme) != Authority.NO_PORT;
    }

    private static boolean isScheme(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            boolean later = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
            if (!letter && (i == 0 || !later)) {
                return false;
            }
        }
        return true;
    }
}
