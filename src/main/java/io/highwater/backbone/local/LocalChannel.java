package io.highwater.backbone.local;

import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.local.LastPositions.LastPosition;
import io.highwater.backbone.ring.ChannelRing;
import io.highwater.limits.HeapBytes;
import io.highwater.limits.Payer;
import io.highwater.protocol.Position;
import org.jspecify.annotations.Nullable;

/** A channel that has entries or a follower. Guarded by the shard's lock. */
final class LocalChannel extends ChannelRing {
    /** The channel 88, its ring 24, its place in the map. */
    private static final int FIXED_BYTES = 112 + HeapBytes.MAP_ENTRY;

    final String name;
    final long generation;

    /** The address its name is charged to: the first that used the channel. */
    final @Nullable Payer payer;

    private final LocalShard shard;

    long shardSequence;
    long channelSequence;
    @Nullable BackboneListener follower;

    /** The follower keeps a second copy of the name. */
    boolean namedTwice;

    /**
     * @param generation the generation to use if the channel is unknown
     * @param last the channel's last position; null if the channel is unknown
     */
    LocalChannel(
            String name,
            RingBounds bounds,
            long generation,
            @Nullable LastPosition last,
            @Nullable Payer payer,
            LocalShard shard) {
        super(bounds);
        this.name = name;
        this.payer = payer;
        this.shard = shard;
        this.generation = last == null ? generation : last.generation;
        if (last != null) {
            shardSequence = last.shardSequence;
            channelSequence = last.channelSequence;
        }
    }

    /** Heap that a channel of this name takes, without its entries and their slots. */
    static long bytes(String name) {
        return FIXED_BYTES + HeapBytes.of(name);
    }

    Position top() {
        return new Position(LocalBackbone.ORIGIN, generation, shardSequence, channelSequence);
    }

    boolean isUnused() {
        return follower == null && size() == 0;
    }

    @Override
    protected void onTrimmed() {
        shard.onTrimmed(this);
    }

    @Override
    protected void onDeadline(long nowNanos) {
        shard.ring().expire(this, nowNanos);
    }
}
