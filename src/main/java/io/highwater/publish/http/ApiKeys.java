package io.highwater.publish.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells whose key a request brings. Immutable. */
final class ApiKeys {
    private static final String SCHEME = "bearer ";

    /** Longer ones are no keys, and are not hashed. */
    private static final int MAX_KEY = 1_000;

    private final List<ApiKey> keys;

    ApiKeys(List<ApiKey> keys) {
        this.keys = keys;
    }

    /**
     * Takes the same time whichever key it is, and if it is none: only the number of keys counts.
     *
     * @param authorization the header; null if there is none
     */
    @Nullable ApiKey of(@Nullable String authorization) {
        if (authorization == null
                || authorization.length() > MAX_KEY
                || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return null;
        }
        byte[] hash =
                sha256(
                        authorization
                                .substring(SCHEME.length())
                                .strip()
                                .getBytes(StandardCharsets.UTF_8));
        ApiKey found = null;
        for (ApiKey key : keys) {
            if (MessageDigest.isEqual(hash, key.hash())) {
                found = key;
            }
        }
        return found;
    }

    static byte[] sha256(byte[] text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
