package io.highwater.backbone.redis;

import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterURIUtil;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Where Redis is. Immutable.
 *
 * @param uris in a cluster, some of its nodes; otherwise one
 * @param shown the URI without its user and password, for an operator
 */
record RedisAddress(Mode mode, List<RedisURI> uris, String shown) {
    enum Mode {
        STANDALONE,
        /** Sentinels say which Redis is the primary. */
        SENTINEL,
        CLUSTER
    }

    private static final String FORMS =
            "write redis://HOST:PORT, redis-sentinel://HOST:PORT,HOST:PORT?sentinelMasterId=NAME or"
                    + " redis-cluster://HOST:PORT,HOST:PORT; with TLS, rediss instead of redis";

    /** A name, or an address in brackets, and a port. */
    private static final Pattern HOST =
            Pattern.compile("([^:\\[\\]]+|\\[[0-9a-fA-F:.]+\\])(:[0-9]{1,5})?");

    RedisAddress {
        uris = List.copyOf(uris);
    }

    /**
     * Reads a URI as an operator writes it.
     *
     * @throws IllegalArgumentException it is not one; the message contains no password
     */
    static RedisAddress parse(String text) {
        int end = text.indexOf("://");
        if (end < 0) {
            throw new IllegalArgumentException("it is no URI; " + FORMS);
        }
        String scheme = text.substring(0, end).toLowerCase(Locale.ROOT);
        String shown =
                scheme + "://" + text.substring(Math.max(end + 3, text.lastIndexOf('@') + 1));
        return switch (scheme) {
            case "redis", "rediss" ->
                    new RedisAddress(Mode.STANDALONE, List.of(single(text, shown)), shown);
            case "redis-sentinel", "rediss-sentinel" -> sentinel(text, shown);
            case "redis-cluster" -> cluster("redis" + text.substring(end), shown);
            case "rediss-cluster" -> cluster("rediss" + text.substring(end), shown);
            default ->
                    throw new IllegalArgumentException(
                            "it begins with " + scheme + "://; " + FORMS);
        };
    }

    private static RedisAddress sentinel(String text, String shown) {
        if (!text.contains("sentinelMasterId=") && !text.contains("#")) {
            throw new IllegalArgumentException(
                    shown + " does not name the primary; add ?sentinelMasterId=NAME");
        }
        return new RedisAddress(Mode.SENTINEL, List.of(single(text, shown)), shown);
    }

    private static RedisURI single(String text, String shown) {
        checkHosts(shown);
        try {
            return RedisURI.create(text);
        } catch (IllegalArgumentException e) {
            // Without the cause, whose message may contain the password.
            throw malformed(shown);
        }
    }

    /** The client would take a port that is no number for a part of the name. */
    private static void checkHosts(String shown) {
        String rest = shown.substring(shown.indexOf("://") + 3);
        for (String host : rest.split("[/?#]", 2)[0].split(",", -1)) {
            if (!HOST.matcher(host).matches()) {
                throw malformed(shown);
            }
        }
    }

    private static RedisAddress cluster(String text, String shown) {
        checkHosts(shown);
        List<RedisURI> uris;
        try {
            uris = RedisClusterURIUtil.toRedisURIs(URI.create(text));
        } catch (IllegalArgumentException e) {
            throw malformed(shown);
        }
        return new RedisAddress(Mode.CLUSTER, uris, shown);
    }

    private static IllegalArgumentException malformed(String shown) {
        return new IllegalArgumentException(
                shown
                        + " cannot be read; "
                        + FORMS
                        + "; write other characters of a password as %XX");
    }

    /** Without the passwords that the URIs contain. */
    @Override
    public String toString() {
        return shown;
    }
}
