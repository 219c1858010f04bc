package io.highwater.backbone.redis;

import java.util.regex.Pattern;

/**
 * Where the log is. Immutable.
 *
 * @param uri {@code redis://}, {@code redis-sentinel://} or {@code redis-cluster://}, with TLS
 *     {@code rediss}; may contain a password
 * @param prefix of all keys, to tell the data of several clusters of nodes apart
 * @param node this node's name, under which Redis lists its connections
 * @param origin the origin of all positions: the region
 */
public record RedisSettings(String uri, String prefix, String node, String origin) {
    /** The number of shards, for the life of the data. */
    public static final int SHARDS = ShardKeys.SHARDS;

    /** No braces, which would mark a part of it as the keys' hash tag. */
    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9._:/-]{1,64}");

    /**
     * Checks the URI and the prefix.
     *
     * @throws IllegalArgumentException names the key and what is wrong, without a password
     */
    public RedisSettings {
        RedisAddress unused = address(uri);
        if (!PREFIX.matcher(prefix).matches()) {
            throw new IllegalArgumentException(
                    "highwater.redis.prefix: \""
                            + prefix
                            + "\" is not 1 to 64 of A-Z a-z 0-9 . _ : / -");
        }
    }

    RedisAddress address() {
        return address(uri);
    }

    private static RedisAddress address(String uri) {
        try {
            return RedisAddress.parse(uri);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("highwater.redis.uri: " + e.getMessage(), e);
        }
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "RedisSettings[" + address() + ", " + prefix + ", " + node + ", " + origin + "]";
    }
}
