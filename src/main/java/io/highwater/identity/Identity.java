package io.highwater.identity;

import io.highwater.api.Api;
import java.security.Principal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who a client is. A handshake rule finds out and sets it in its decision; endpoints see it as
 * their session's principal, and a {@code ChannelRule} is told of it. Immutable.
 *
 * <pre>{@code
 * return next.decide().thenApply(
 *         decision -> decision.withIdentity(Identity.of("u-17").withClaims(Map.of("team", "desk"))));
 * }</pre>
 *
 * @param subject the client's name for good, as the issuer of its credentials has it; empty for
 *     {@link #ANONYMOUS} alone
 * @param claims what else is known of it, by names; lists and maps in it are copied, and entries
 *     without a value are left out
 * @param expiry when all this is true no more; null: never. Nothing ends a session for it yet.
 */
@Api
public record Identity(String subject, Map<String, Object> claims, @Nullable Instant expiry)
        implements Principal {
    /** Of clients that no rule knows. One for all of them. */
    public static final Identity ANONYMOUS = new Identity("", Map.of(), null);

    public Identity {
        claims = copy(claims);
        if (subject.isEmpty() && (!claims.isEmpty() || expiry != null)) {
            throw new IllegalArgumentException("subject: is empty, though there are claims of it");
        }
    }

    /**
     * Without claims or an end.
     *
     * @param subject not empty
     */
    public static Identity of(String subject) {
        if (subject.isEmpty()) {
            throw new IllegalArgumentException("subject: is empty; ANONYMOUS has none");
        }
        return new Identity(subject, Map.of(), null);
    }

    /** The same with these claims instead. */
    public Identity withClaims(Map<String, ?> known) {
        return new Identity(subject, Collections.unmodifiableMap(known), expiry);
    }

    /** The same until then; null: for ever. */
    public Identity withExpiry(@Nullable Instant end) {
        return new Identity(subject, claims, end);
    }

    public boolean isAnonymous() {
        return subject.isEmpty();
    }

    /** The subject, as {@link Principal} calls it. */
    @Override
    public String getName() {
        return subject;
    }

    /** Without the claims: they are nobody's business in a log. */
    @Override
    public String toString() {
        return isAnonymous() ? "anonymous" : subject;
    }

    private static Map<String, Object> copy(Map<?, ?> values) {
        if (values.isEmpty()) {
            return Map.of();
        }
        Map<String, Object> copy = new LinkedHashMap<>();
        values.forEach(
                (name, value) -> {
                    if (value != null) {
                        copy.put(String.valueOf(name), copyOf(value));
                    }
                });
        return Collections.unmodifiableMap(copy);
    }

    private static Object copyOf(Object value) {
        if (value instanceof Map<?, ?> map) {
            return copy(map);
        }
        if (value instanceof List<?> list) {
            List<Object> copy = new ArrayList<>(list.size());
            for (Object element : list) {
                if (element != null) {
                    copy.add(copyOf(element));
                }
            }
            return Collections.unmodifiableList(copy);
        }
        return value;
    }
}
