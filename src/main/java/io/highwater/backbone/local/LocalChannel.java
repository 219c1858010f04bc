package io.highwater.backbone.local;

import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.Position;
import io.highwater.backbone.RingBounds;
import io.highwater.time.Timer;
import org.jspecify.annotations.Nullable;

/**
 * A channel that has entries or a follower, and the timer of its oldest entry's age. Guarded by the
 * shard's lock.
 */
final class LocalChannel extends Timer {
    /** What remains of a channel that has neither: its last position. Immutable. */
    record Tail(long shardSequence, long channelSequence) {}

    final String name;
    final int maxMessages;
    final long maxAgeNanos;
    final EntryRing ring = new EntryRing();

    private final LocalShard shard;

    long shardSequence;
    long channelSequence;
    @Nullable BackboneListener follower;

    LocalChannel(String name, RingBounds bounds, @Nullable Tail tail, LocalShard shard) {
        this.name = name;
        this.shard = shard;
        maxMessages = bounds.messages();
        maxAgeNanos = bounds.age().toNanos();
        if (tail != null) {
            shardSequence = tail.shardSequence();
            channelSequence = tail.channelSequence();
        }
    }

    Position top(long generation) {
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
