package io.highwater.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.security.Key;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The keys that tokens are checked with now. Two sets of the same keys are equal. Immutable.
 *
 * @param keys with public parts alone, or one secret
 */
record KeySet(List<CheckKey> keys) {
    /** More than any issuer publishes; further ones are not read. */
    static final int MOST_KEYS = 100;

    /** A token that names no key is tried with so many of those that fit. */
    private static final int MOST_TRIED = 4;

    private static final int LEAST_RSA_BITS = 2048;

    /**
     * One key.
     *
     * @param id the issuer's name for it; null if it has none, as in a file: then it fits a token
     *     that names any key
     * @param algorithm the only one it may be used with; null means any of its type
     * @param curve of an elliptic curve; null for other types
     */
    record CheckKey(
            Key key,
            KeyType type,
            @Nullable String id,
            @Nullable JWSAlgorithm algorithm,
            @Nullable Curve curve) {

        boolean takes(JWSAlgorithm wanted) {
            return type.equals(KeyType.forAlgorithm(wanted))
                    && (algorithm == null || algorithm.equals(wanted))
                    && (curve == null || Curve.forJWSAlgorithm(wanted).contains(curve));
        }

        private boolean fits(JWSHeader header) {
            return takes(header.getAlgorithm())
                    && (id == null || header.getKeyID() == null || id.equals(header.getKeyID()));
        }

        /** Never shows the key, which may be secret. */
        @Override
        public String toString() {
            return type + " " + (id == null ? "-" : id);
        }
    }

    KeySet {
        keys = List.copyOf(keys);
    }

    /** The keys that may have signed the token, at most {@value #MOST_TRIED}. */
    List<CheckKey> fitting(JWSHeader header) {
        return keys.stream().filter(key -> key.fits(header)).limit(MOST_TRIED).toList();
    }

    /**
     * Reads what an issuer publishes (RFC 7517 section 5). Keys that are malformed, secret, too
     * weak, or not for signatures are left out.
     *
     * @throws ParseException if the text is no key set, or none of its keys can be used
     */
    static KeySet parse(String json) throws ParseException {
        Map<String, Object>[] all =
                JSONObjectUtils.getJSONObjectArray(JSONObjectUtils.parse(json), "keys");
        if (all == null) {
            throw new ParseException("it has no keys", 0);
        }
        List<CheckKey> usable = new ArrayList<>();
        for (int i = 0; i < Math.min(all.length, MOST_KEYS); i++) {
            CheckKey key = usable(all[i]);
            if (key != null) {
                usable.add(key);
            }
        }
        if (usable.isEmpty()) {
            throw new ParseException("none of its keys can check the signature of a token", 0);
        }
        return new KeySet(usable);
    }

    private static @Nullable CheckKey usable(Map<String, Object> members) {
        try {
            JWK jwk = JWK.parse(members);
            return jwk.getKeyUse() == null || jwk.getKeyUse().equals(KeyUse.SIGNATURE)
                    ? of(jwk)
                    : null;
        } catch (ParseException | JOSEException | RuntimeException unusable) {
            return null;
        }
    }

    /** Null if the key is no public key, or too weak. */
    static @Nullable CheckKey of(JWK jwk) throws JOSEException {
        JWSAlgorithm algorithm =
                jwk.getAlgorithm() == null
                        ? null
                        : JWSAlgorithm.parse(jwk.getAlgorithm().getName());
        if (jwk instanceof RSAKey rsa) {
            return rsa.size() < LEAST_RSA_BITS
                    ? null
                    : new CheckKey(
                            rsa.toRSAPublicKey(), KeyType.RSA, rsa.getKeyID(), algorithm, null);
        }
        if (jwk instanceof ECKey ec) {
            return new CheckKey(
                    ec.toECPublicKey(), KeyType.EC, ec.getKeyID(), algorithm, ec.getCurve());
        }
        return null;
    }

    /** Shows the keys' names alone. */
    @Override
    public String toString() {
        return keys.stream()
                .map(key -> Objects.requireNonNullElse(key.id(), "-"))
                .toList()
                .toString();
    }
}
