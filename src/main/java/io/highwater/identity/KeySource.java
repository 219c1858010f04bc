package io.highwater.identity;

import java.net.URI;
import java.nio.file.Path;

/** Where the keys come from that tokens are checked with. A node has one source. Immutable. */
public sealed interface KeySource {
    /**
     * {@code highwater.auth.jwks-uri}: an issuer publishes its public keys there (JWKS, RFC 7517).
     *
     * @param uri http or https, with a host
     */
    record Jwks(URI uri) implements KeySource {
        public Jwks {
            String scheme = uri.getScheme();
            if (uri.getHost() == null
                    || !("https".equalsIgnoreCase(scheme) || "http".equalsIgnoreCase(scheme))
                    || uri.getUserInfo() != null
                    || uri.getFragment() != null) {
                throw new IllegalArgumentException(
                        "highwater.auth.jwks-uri: \""
                                + uri
                                + "\" is not allowed: an http or https address without user and"
                                + " fragment, such as https://id.example.com/keys");
            }
        }

        /**
         * @throws IllegalArgumentException names the key, the text and what is allowed
         */
        public static Jwks parse(String text) {
            try {
                return new Jwks(URI.create(text));
            } catch (IllegalArgumentException e) {
                if (e.getCause() instanceof java.net.URISyntaxException) {
                    throw new IllegalArgumentException(
                            "highwater.auth.jwks-uri: \""
                                    + text
                                    + "\" is not allowed: an http or https address, such as"
                                    + " https://id.example.com/keys",
                            e);
                }
                throw e;
            }
        }
    }

    /** {@code highwater.auth.public-key}: a PEM file with one public key or certificate. */
    record PublicKey(Path file) implements KeySource {}

    /** {@code highwater.auth.secret-file}: the bytes of a secret that is shared with the issuer. */
    record SecretFile(Path file) implements KeySource {}
}
