package io.highwater.backbone.redis;

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

    /**
     * Checks the URI.
     *
     * @throws IllegalArgumentException it cannot be read; the message contains no password
     */
    public RedisSettings {
        RedisAddress unused = RedisAddress.parse(uri);
    }

    RedisAddress address() {
        return RedisAddress.parse(uri);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "RedisSettings[" + address() + ", " + prefix + ", " + node + ", " + origin + "]";
    }
}
