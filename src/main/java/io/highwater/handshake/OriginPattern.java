package io.highwater.handshake;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which origins an operator or the owner of a path lets in. Immutable. */
sealed interface OriginPattern {
    String FORMS = "https://host[:port], https://*.example.com[:port] (or http), or * for any";

    boolean matches(Origin origin);

    /**
     * @param key what to name in the message where one is malformed
     */
    static List<OriginPattern> parseAll(String key, List<String> texts) {
        return texts.stream().map(text -> parse(key, text)).toList();
    }

    static OriginPattern parse(String key, String text) {
        OriginPattern pattern = parseOrNull(text);
        if (pattern == null) {
            throw new IllegalArgumentException(key + ": \"" + text + "\" is not one of " + FORMS);
        }
        return pattern;
    }

    private static @Nullable OriginPattern parseOrNull(String text) {
        if (text.equals("*")) {
            return new Any();
        }
        int host = text.indexOf("://") + 3;
        boolean below = host > 2 && text.startsWith("*.", host);
        Origin origin = Origin.parse(below ? text.replace("://*.", "://") : text);
        if (origin == null || !origin.isWeb()) {
            return null;
        }
        if (!below) {
            return new Exactly(origin);
        }
        return new Authority(origin.host(), origin.port()).isAddress()
                ? null
                : new Below(origin.scheme(), "." + origin.host(), origin.port());
    }

    /** Whatever is an origin at all. */
    record Any() implements OriginPattern {
        @Override
        public boolean matches(Origin origin) {
            return true;
        }
    }

    record Exactly(Origin allowed) implements OriginPattern {
        @Override
        public boolean matches(Origin origin) {
            return origin.equals(allowed);
        }
    }

    /** Every subdomain at any depth, not the domain itself. */
    record Below(String scheme, String suffix, int port) implements OriginPattern {
        @Override
        public boolean matches(Origin origin) {
            return origin.scheme().equals(scheme)
                    && origin.port() == port
                    && origin.host().endsWith(suffix);
        }
    }
}
