package io.highwater.identity;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens say who a client is, and where clients may put them. Immutable.
 *
 * @param source the keys; null means that tokens are not looked at
 * @param issuer {@code highwater.auth.issuer}: what a token's {@code iss} must be; null means any,
 *     as the keys belong to one issuer
 * @param audience {@code highwater.auth.audience}: what a token's {@code aud} must contain; null
 *     means that a token must not name an audience (RFC 7519 section 4.1.3)
 * @param algorithms {@code highwater.auth.algorithms}; empty means all that public keys can have,
 *     or HS256 for a secret
 * @param required {@code highwater.auth.required}: whether a handshake without a token is refused
 * @param cookie {@code highwater.auth.cookie}; null means that cookies are not looked at
 * @param queryParameter {@code highwater.auth.query-parameter}; null means that the query is not
 *     looked at
 */
public record TokenSettings(
        @Nullable KeySource source,
        @Nullable String issuer,
        @Nullable String audience,
        List<String> algorithms,
        boolean required,
        @Nullable String cookie,
        @Nullable String queryParameter) {
    /** Tokens are not looked at. */
    public static final TokenSettings OFF =
            new TokenSettings(null, null, null, List.of(), false, null, null);

    /** What a name of a cookie consists of (RFC 6265 section 4.1.1); a parameter's may, too. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$'*+.^_`|~-]{1,128}");

    public TokenSettings {
        algorithms = List.copyOf(algorithms);
        if (source == null) {
            needsKeys("issuer", issuer);
            needsKeys("audience", audience);
            needsKeys("algorithms", algorithms.isEmpty() ? null : String.join(",", algorithms));
            needsKeys("required", required ? "true" : null);
            needsKeys("cookie", cookie);
            needsKeys("query-parameter", queryParameter);
        } else {
            TokenAlgorithms.of(source, algorithms);
        }
        checkName("cookie", cookie);
        checkName("query-parameter", queryParameter);
    }

    /** Whether there are keys, and so tokens. */
    public boolean isOn() {
        return source != null;
    }

    /**
     * Reads the file of the keys, if they are in one.
     *
     * @throws IllegalArgumentException if it can't be used; names the key and the file
     */
    public void checkFile() {
        if (source != null && !(source instanceof KeySource.Jwks)) {
            KeyFiles.read(source, TokenAlgorithms.of(source, algorithms));
        }
    }

    private static void needsKeys(String key, @Nullable String value) {
        if (value != null) {
            throw new IllegalArgumentException(
                    "highwater.auth."
                            + key
                            + ": \""
                            + value
                            + "\" has no effect without keys: write one of highwater.auth.jwks-uri,"
                            + " highwater.auth.public-key and highwater.auth.secret-file");
        }
    }

    private static void checkName(String key, @Nullable String name) {
        if (name != null && !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "highwater.auth."
                            + key
                            + ": \""
                            + name
                            + "\" is not allowed: 1 to 128 of A-Z a-z 0-9 and !#$'*+.^_`|~-");
        }
    }
}
