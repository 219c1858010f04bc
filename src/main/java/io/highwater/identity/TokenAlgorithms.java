package io.highwater.identity;

import com.nimbusds.jose.JWSAlgorithm;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The algorithms of signatures (RFC 7518 section 3) that a source of keys allows. "none" is in no
 * list, and no list has both secrets and public keys, so that a public key is never taken for a
 * secret. Stateless.
 */
final class TokenAlgorithms {
    private static final List<JWSAlgorithm> OF_PUBLIC_KEYS =
            List.of(
                    JWSAlgorithm.RS256,
                    JWSAlgorithm.RS384,
                    JWSAlgorithm.RS512,
                    JWSAlgorithm.PS256,
                    JWSAlgorithm.PS384,
                    JWSAlgorithm.PS512,
                    JWSAlgorithm.ES256,
                    JWSAlgorithm.ES384,
                    JWSAlgorithm.ES512);

    private static final List<JWSAlgorithm> OF_SECRETS =
            List.of(JWSAlgorithm.HS256, JWSAlgorithm.HS384, JWSAlgorithm.HS512);

    private TokenAlgorithms() {}

    /**
     * @param names of {@code highwater.auth.algorithms}; empty means the default of the source: all
     *     that public keys can have, or HS256
     * @throws IllegalArgumentException names the key, the value and those that are allowed
     */
    static Set<JWSAlgorithm> of(KeySource source, List<String> names) {
        boolean secret = source instanceof KeySource.SecretFile;
        List<JWSAlgorithm> possible = secret ? OF_SECRETS : OF_PUBLIC_KEYS;
        if (names.isEmpty()) {
            return secret ? Set.of(JWSAlgorithm.HS256) : Set.copyOf(possible);
        }
        Set<JWSAlgorithm> chosen = new LinkedHashSet<>();
        for (String name : names) {
            chosen.add(
                    possible.stream()
                            .filter(algorithm -> algorithm.getName().equals(name))
                            .findFirst()
                            .orElseThrow(() -> refused(name, possible, secret)));
        }
        return Set.copyOf(chosen);
    }

    private static IllegalArgumentException refused(
            String name, List<JWSAlgorithm> possible, boolean secret) {
        return new IllegalArgumentException(
                "highwater.auth.algorithms: \""
                        + name
                        + "\" is not allowed: with "
                        + (secret
                                ? "highwater.auth.secret-file"
                                : "highwater.auth.jwks-uri or highwater.auth.public-key")
                        + ", some of "
                        + possible.stream()
                                .map(JWSAlgorithm::getName)
                                .collect(Collectors.joining(", ")));
    }
}
