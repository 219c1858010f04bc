package io.highwater.backbone.memory;

import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.ring.ChannelRing;
import io.highwater.limits.HeapBytes;
import io.highwater.limits.Payer;
import io.highwater.protocol.Position;
import org.jspecify.annotations.Nullable;

/**
 * A channel that has entries, a follower, or an append under way. Guarded by the shard's lock.
 */
public final class MemoryChannel extends ChannelRing {
    /** The channel 72, its ring 24, its top 40, its place in the map. */
    private static final int FIXED_BYTES = 136 + HeapBytes.MAP_ENTRY;

    final String name;

    /** The address its name is charged to: the first that used the channel. */
    final @Nullable Payer payer;

    private final ShardMemory shard;

    /** Null until the backbone knows it. */
    private @Nullable Position top;

    @Nullable BackboneListener follower;

    /** The follower keeps a second copy of the name. */
    boolean namedTwice;

    /** How many appends are under way: it must not be forgotten before they end. */
    private int pins;

    MemoryChannel(
            String name,
            RingBounds bounds,
            @Nullable Position top,
            @Nullable Payer payer,
            ShardMemory shard) {
        super(bounds);
        this.name = name;
        this.top = top;
        this.payer = payer;
        this.shard = shard;
    }

    /** Heap that a channel of this name takes, without its entries and their slots. */
    static long bytes(String name) {
        return FIXED_BYTES + HeapBytes.of(name);
    }

    public String name() {
        return name;
    }

    /** The channel's last position; null if the backbone has not said it yet. */
    public @Nullable Position top() {
        return top;
    }

    /** The channel's last position, as the backbone knows it from elsewhere. */
    public void setTop(Position known) {
        top = known;
    }

    /** An append is under way; to be followed by {@link ShardMemory#unpin}. */
    public void pin() {
        pins++;
    }

    void unpin() {
        pins--;
    }

    boolean isUnused() {
        return follower == null && size() == 0 && pins == 0;
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
