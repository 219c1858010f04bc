package io.highwater.backbone.redis;

import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;

/** One connection to Redis, or in a cluster one to each primary in use. Thread-safe. */
record RedisSession(
        StatefulConnection<String, byte[]> connection,
        RedisClusterAsyncCommands<String, byte[]> commands) {}
