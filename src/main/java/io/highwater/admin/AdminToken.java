package io.highwater.admin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The configured token, compared in constant time. Immutable. */
final class AdminToken {
    private static final String SCHEME = "Bearer ";

    private final byte @Nullable [] expected;

    AdminToken(@Nullable String token) {
        expected = token == null ? null : token.getBytes(StandardCharsets.UTF_8);
    }

    boolean isConfigured() {
        return expected != null;
    }

    /** True if there is exactly one Authorization header, with the Bearer scheme and this token. */
    boolean matches(List<String> authorization) {
        if (expected == null || authorization.size() != 1) {
            return false;
        }
        String value = authorization.get(0);
        return value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                && MessageDigest.isEqual(
                        expected,
                        value.substring(SCHEME.length()).trim().getBytes(StandardCharsets.UTF_8));
    }
}
