/**
 * Parts that every backbone needs on its node: the rings of the newest entries, bounded in number,
 * age and bytes, and the memory of the message ids of the last 5 minutes.
 *
 * <p>Entry types: {@link io.highwater.backbone.ring.ShardRing} and {@link
 * io.highwater.backbone.ring.IdempotencyWindow}. Both belong to a shard and are guarded by its
 * lock; {@link io.highwater.backbone.ring.RingBudget} is shared by all shards and thread-safe.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.backbone.ring;
