package io.highwater.handshake.address;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pattern of origins that an operator or the owner of a path allows. Immutable.
 *
 * <p>Browsers send {@code null} for a page without an origin of its own (a sandboxed frame, any
 * file: page), and some send {@code file://} for a file: these two are listed by their text.
 */
public sealed interface OriginPattern {
    String FORMS =
            "https://host[:port], https://*.example.com[:port] (or http), null, file://, or"
                    + " * for any";

    /**
     * @param text the Origin as received
     * @param origin the text, parsed; null if it is not an origin
     */
    boolean matches(String text, @Nullable Origin origin);

    /**
     * @param key named in the message if a pattern is malformed
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
        if (text.equals("null") || text.equals("file://")) {
            return new Text(text);
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

    /** Any origin. */
    record Any() implements OriginPattern {
        @Override
        public boolean matches(String text, @Nullable Origin origin) {
            return true;
        }
    }

    /** A text without scheme and host to compare. */
    record Text(String allowed) implements OriginPattern {
        @Override
        public boolean matches(String text, @Nullable Origin origin) {
            return text.equals(allowed);
        }
    }

    record Exactly(Origin allowed) implements OriginPattern {
        @Override
        public boolean matches(String text, @Nullable Origin origin) {
            return allowed.equals(origin);
        }
    }

    /** All subdomains at any depth, but not the domain itself. */
    record Below(String scheme, String suffix, int port) implements OriginPattern {
        @Override
        public boolean matches(String text, @Nullable Origin origin) {
            return origin != null
                    && origin.scheme().equals(scheme)
                    && origin.port() == port
                    && origin.host().endsWith(suffix);
        }
    }
}
