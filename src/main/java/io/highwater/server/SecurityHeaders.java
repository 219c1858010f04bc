package io.highwater.server;

import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/** The headers that limit our pages in the browser: they may only communicate with us. */
final class SecurityHeaders {
    /** A host and port that can't break out of a header or a policy. */
    private static final Pattern PLAIN_AUTHORITY =
            Pattern.compile("(?:[A-Za-z0-9.-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}])(?::[0-9]{1,5})?");

    private SecurityHeaders() {}

    /**
     * @param authority the Host or :authority of the request, named in the policy for browsers
     *     whose 'self' does not cover WebSockets (Safari before 15.4); omitted if null or unusual
     */
    static void put(HttpFields.Mutable headers, @Nullable String authority) {
        headers.put(
                "Content-Security-Policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
                        + ("connect-src 'self'" + sockets(authority) + "; ")
                        + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put("Referrer-Policy", "no-referrer");
        headers.put("Cross-Origin-Opener-Policy", "same-origin");
    }

    private static String sockets(@Nullable String authority) {
        return authority != null && PLAIN_AUTHORITY.matcher(authority).matches()
                ? " ws://" + authority + " wss://" + authority
                : "";
    }
}
