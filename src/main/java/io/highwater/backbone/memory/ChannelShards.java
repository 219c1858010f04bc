package io.highwater.backbone.memory;

/**
 * Which shard a channel belongs to: the same on every node, in every version and in every backbone,
 * since what is kept of the channel lies there. A database of a single node may get a Redis before
 * it. Stateless.
 */
public final class ChannelShards {
    private ChannelShards() {}

    /**
     * The number of the channel's shard, from 0.
     *
     * @param shards how many there are, for the life of the data
     */
    public static int shardOf(String channel, int shards) {
        int hash = channel.hashCode();
        // The end of MurmurHash3, so that names that differ in a number spread evenly.
        hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
        return Math.floorMod(hash ^ (hash >>> 16), shards);
    }
}
