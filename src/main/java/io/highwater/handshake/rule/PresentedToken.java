package io.highwater.handshake.rule;

import io.highwater.handshake.BearerSubprotocol;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.identity.TokenSettings;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a handshake, in all places where one may be. Immutable; its toString shows none.
 *
 * @param explicit those that the client put there for this handshake, each once
 * @param cookies those that a browser sends along, whichever page asks; each once
 */
record PresentedToken(Set<String> explicit, Set<String> cookies) {
    private static final String SCHEME = "bearer ";

    static PresentedToken of(UpgradeRequest request, TokenSettings settings) {
        Set<String> explicit = new LinkedHashSet<>(2);
        for (String value : request.headers("Authorization")) {
            if (isBearer(value)) {
                explicit.add(value.substring(SCHEME.length()).strip());
            }
        }
        for (String offered :
                ListHeader.first(
                        SubprotocolRule.MAX_OFFERED, request.headers("Sec-WebSocket-Protocol"))) {
            if (BearerSubprotocol.is(offered)) {
                explicit.add(BearerSubprotocol.token(offered));
            }
        }
        String parameter = settings.queryParameter();
        if (parameter != null) {
            addNamed(request.query(), "&", parameter, explicit);
        }
        Set<String> cookies = new LinkedHashSet<>(2);
        String cookie = settings.cookie();
        if (cookie != null) {
            request.headers("Cookie").forEach(line -> addNamed(line, ";", cookie, cookies));
        }
        return new PresentedToken(explicit, cookies);
    }

    private static boolean isBearer(String value) {
        return value.length() >= SCHEME.length()
                && value.substring(0, SCHEME.length()).toLowerCase(Locale.ROOT).equals(SCHEME);
    }

    /** Adds the values with this name in a line of "name=value"; an empty one is none. */
    private static void addNamed(
            @Nullable String line, String separator, String name, Set<String> values) {
        if (line == null) {
            return;
        }
        for (String pair : line.split(separator)) {
            int equals = pair.indexOf('=');
            if (equals > 0 && pair.substring(0, equals).strip().equals(name)) {
                String value = decoded(pair.substring(equals + 1).strip());
                if (!value.isEmpty()) {
                    values.add(value);
                }
            }
        }
    }

    /** A JWT needs no encoding, in quotes or by percent signs; but some libraries do both. */
    private static String decoded(String value) {
        String bare =
                value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")
                        ? value.substring(1, value.length() - 1)
                        : value;
        try {
            return bare.indexOf('%') < 0 ? bare : URLDecoder.decode(bare, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            return bare;
        }
    }

    boolean isNone() {
        return explicit.isEmpty() && cookies.isEmpty();
    }

    /** Whether a page of any origin could have had its visitor's browser send the token. */
    boolean isOfCookieAlone() {
        return explicit.isEmpty() && !cookies.isEmpty();
    }

    /** Null if there are different ones, or none. */
    @Nullable String one() {
        Set<String> all = new LinkedHashSet<>(explicit);
        all.addAll(cookies);
        return all.size() == 1 ? List.copyOf(all).get(0) : null;
    }

    @Override
    public String toString() {
        return explicit.size() + " tokens and " + cookies.size() + " in cookies";
    }
}
