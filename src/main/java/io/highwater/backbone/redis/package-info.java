/**
 * The log of channels in Redis or Valkey, which any number of nodes share: 64 streams, one for each
 * shard, which every node reads whole.
 *
 * <p>Entry type: {@link io.highwater.backbone.redis.RedisBackbone}, thread-safe. Its shards are
 * spread over a few threads ({@link io.highwater.backbone.redis.ShardLoop}); a shard's state is
 * confined to its thread. Only this package imports the Redis client.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.backbone.redis;
