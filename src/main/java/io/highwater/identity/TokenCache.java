package io.highwater.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that were found good, by their SHA-256, so that they are checked once. An entry is
 * used until its token expires, and only with the keys that it was checked with: a key that the
 * issuer takes back ends all of them. Thread-safe; bounded by what its tokens take.
 */
final class TokenCache {
    /** Of the heap; and at most so many bytes. */
    private static final int HEAP_PART = 64;

    private static final long MOST_BYTES = 64L << 20;

    /** An entry beside its claims. */
    private static final int ENTRY_BYTES = 400;

    /** Claims as objects for each character of their token. Measured on short claims. */
    private static final int BYTES_PER_CHAR = 4;

    private final Cache<Hash, Entry> entries;

    /** SHA-256 of a token. */
    private record Hash(long a, long b, long c, long d) {}

    private record Entry(Identity identity, KeySet keys, long expiryMillis, int weight) {}

    TokenCache(long heapBytes) {
        entries =
                Caffeine.newBuilder()
                        .maximumWeight(Math.min(MOST_BYTES, heapBytes / HEAP_PART))
                        .weigher((Hash hash, Entry entry) -> entry.weight())
                        .executor(Runnable::run)
                        .build();
    }

    /** Whom the token names; null if that is not known. */
    @Nullable Identity get(String token, KeySet keys, long nowMillis) {
        Hash hash = hash(token);
        Entry entry = entries.getIfPresent(hash);
        if (entry == null) {
            return null;
        }
        if (entry.keys() != keys || entry.expiryMillis() <= nowMillis) {
            entries.invalidate(hash);
            return null;
        }
        return entry.identity();
    }

    void put(String token, Identity identity, KeySet keys) {
        Instant expiry = identity.expiry();
        if (expiry != null) {
            entries.put(
                    hash(token),
                    new Entry(
                            identity,
                            keys,
                            expiry.toEpochMilli(),
                            ENTRY_BYTES + BYTES_PER_CHAR * token.length()));
        }
    }

    long tokens() {
        entries.cleanUp();
        return entries.estimatedSize();
    }

    private static Hash hash(String token) {
        try {
            ByteBuffer digest =
                    ByteBuffer.wrap(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(token.getBytes(StandardCharsets.UTF_8)));
            return new Hash(digest.getLong(), digest.getLong(), digest.getLong(), digest.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
