package io.highwater.backbone.local;

import io.highwater.backbone.BackboneListener;
import io.highwater.protocol.Position;
import io.highwater.backbone.RingBounds;
import io.highwater.limits.HeapBytes;
import io.highwater.limits.Payer;
import io.highwater.time.Timer;
import org.jspecify.annotations.Nullable;

/**
 * A channel that has entries or a follower, and the timer of its oldest entry's age. Guarded by the
 * shard's lock.
 */
final class LocalChannel extends Timer {
    /** The channel 88, its ring 24, its place in the map. */
    private static final int FIXED_BYTES = 112 + HeapBytes.MAP_ENTRY;

    final String name;
    final int maxMessages;
    final long maxAgeNanos;
    final EntryRing ring = new EntryRing();
    final long generation;

    /** For whom its name is kept: who used it first. */
    final @Nullable Payer payer;

    private final LocalShard shard;

    long shardSequence;
    long channelSequence;
    @Nullable BackboneListener follower;

    /** The follower has a copy of the name for itself. */
    boolean namedTwice;

    /**
     * @param generation of a channel that is not known
     * @param tail what is known of it
     */
    LocalChannel(
            String name,
            RingBounds bounds,
            long generation,
            Tails.@Nullable Tail tail,
            @Nullable Payer payer,
            LocalShard shard) {
        this.name = name;
        this.payer = payer;
        this.shard = shard;
        maxMessages = bounds.messages();
        maxAgeNanos = bounds.age().toNanos();
        this.generation = tail == null ? generation : tail.generation;
        if (tail != null) {
            shardSequence = tail.shardSequence;
            channelSequence = tail.channelSequence;
        }
    }

    /** What one of this name takes of the heap, without its entries and their slots. */
    static long bytes(String name) {
        return FIXED_BYTES + HeapBytes.of(name);
    }

    Position top() {
        return new Position(LocalBackbone.ORIGIN, generation, shardSequence, channelSequence);
    }

    /** Of the oldest entry kept; one after the top where none is. */
    long firstSequence() {
        return channelSequence - ring.size() + 1;
    }

    boolean isUnused() {
        return follower == null && ring.size() == 0;
    }

    @Override
    protected void onDeadline(long nowNanos) {
        shard.expire(this, nowNanos);
    }
}
