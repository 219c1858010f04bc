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
 * The identity of a client. A handshake rule determines it and sets it in its decision; endpoints
 * see it as their session's principal, and a {@code ChannelRule} gets it. Immutable.
 *
 * <pre>{@code
 * return next.decide().thenApply(
 *         decision -> decision.withIdentity(Identity.of("u-17").withClaims(Map.of("team", "desk"))));
 * }</pre>
 *
 * @param subject the client's permanent name, as the issuer of its credentials defines it; empty
 *     only for {@link #ANONYMOUS}
 * @param claims what else is known about the client, by name; lists and maps in it are copied, and
 *     entries without a value are left out
 * @param expiry when this identity ends; null means never. No session is ended for it yet.
 */
@Api
public record Identity(String subject, Map<String, Object> claims, @Nullable Instant expiry)
        implements Principal {
    /** The identity of all clients that no rule knows. */
    public static final Identity ANONYMOUS = new Identity("", Map.of(), null);

    /**
     * The user property of an endpoint's session ({@code session.getUserProperties()}) that is the
     * map of its client's {@link #claims}; absent if no rule knows the client.
     */
    public static final String CLAIMS_PROPERTY = "io.highwater.claims";

    private static final String GROUPS = "groups";

    public Identity {
        claims = copy(claims);
        if (subject.isEmpty() && (!claims.isEmpty() || expiry != null)) {
            throw new IllegalArgumentException("subject: is empty, but claims or expiry are set");
        }
    }

    /**
     * An identity without claims and without expiry.
     *
     * @param subject not empty
     */
    public static Identity of(String subject) {
        if (subject.isEmpty()) {
            throw new IllegalArgumentException("subject: is empty; ANONYMOUS has none");
        }
        return new Identity(subject, Map.of(), null);
    }

    /** A copy with these claims instead. */
    public Identity withClaims(Map<String, ?> known) {
        return new Identity(subject, Collections.unmodifiableMap(known), expiry);
    }

    /** A copy with this expiry; null means never. */
    public Identity withExpiry(@Nullable Instant end) {
        return new Identity(subject, claims, end);
    }

    /**
     * Whether the claim {@code groups} names this role, as MicroProfile JWT has it: a list of
     * texts, or one text.
     */
    public boolean isInRole(String role) {
        Object groups = claims.get(GROUPS);
        return groups instanceof List<?> list ? list.contains(role) : role.equals(groups);
    }

    public boolean isAnonymous() {
        return subject.isEmpty();
    }

    /** The subject, under {@link Principal}'s name for it. */
    @Override
    public String getName() {
        return subject;
    }

    /** Leaves out the claims, which must not appear in a log. */
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
