package io.highwater.backbone.redis;

import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;

/**
 * One connection to Redis, or in a cluster one to each primary in use. Thread-safe. Not a record: a
 * session equals itself alone.
 */
final class RedisSession {
    private final StatefulConnection<String, byte[]> connection;
    private final RedisClusterAsyncCommands<String, byte[]> commands;

    RedisSession(
            StatefulConnection<String, byte[]> connection,
            RedisClusterAsyncCommands<String, byte[]> commands) {
        this.connection = connection;
        this.commands = commands;
    }

    StatefulConnection<String, byte[]> connection() {
        return connection;
    }

    RedisClusterAsyncCommands<String, byte[]> commands() {
        return commands;
    }
}
