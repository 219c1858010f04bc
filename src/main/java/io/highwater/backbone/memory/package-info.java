/**
 * What a node keeps in memory of the channels' log, whichever backbone it has: the newest entries
 * of each channel, its last position, its follower, and the deliveries to it; all within the
 * accounts.
 *
 * <p>Entry type: {@link io.highwater.backbone.memory.NodeMemory}, thread-safe, with a {@link
 * io.highwater.backbone.memory.ShardMemory} for each shard, under whose lock the backbone appends.
 */
@org.jspecify.annotations.NullMarked
package io.highwater.backbone.memory;
