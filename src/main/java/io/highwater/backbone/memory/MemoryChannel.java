package io.highwater.backbone.memory;

import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.ring.ChannelRing;
import io.highwater.limits.HeapBytes;
import io.highwater.limits.Payer;
import io.highwater.protocol.Position;
import org.jspecify.annotations.Nullable;

/** A channel that has entries, a follower, or an append under way. Guarded by the shard's lock. */
public final class MemoryChannel extends ChannelRing {
    /** The channel 96, its ring 24, its place in the map. */
    private static final int FIXED_BYTES = 120 + HeapBytes.MAP_ENTRY;

    private static final long UNKNOWN = -1;

    final String name;

    /** The address its name is charged to: the first that used the channel. */
    final @Nullable Payer payer;

    private final ShardMemory shard;

    // Not a Position, which would take 16 bytes more.
    private long generation = UNKNOWN;
    private long shardSequence;
    private long channelSequence;

    /** Entries after that position may not have come. */
    private boolean doubted;

    /** Null unless repeats lie between it and that position. */
    private @Nullable Position heard;

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
        this.payer = payer;
        this.shard = shard;
        if (top != null) {
            setTop(top);
        }
    }

    /** Heap that a channel of this name takes, without its entries and their slots. */
    static long bytes(String name) {
        return FIXED_BYTES + HeapBytes.of(name);
    }

    public String name() {
        return name;
    }

    /** Whether the backbone has said what the channel's last position is. */
    public boolean isTopKnown() {
        return generation != UNKNOWN && !doubted;
    }

    /** The generation of the channel's last position, which must be known. */
    public long generation() {
        return generation;
    }

    /** The channel's last sequence, which must be known. */
    public long channelSequence() {
        return channelSequence;
    }

    /** The channel's last position; null if it is not known. */
    public @Nullable Position top() {
        return doubted ? null : last();
    }

    /** The last position that is known, though others may follow it; null if none is. */
    public @Nullable Position last() {
        return generation == UNKNOWN
                ? null
                : new Position(shard.origin(), generation, shardSequence, channelSequence);
    }

    /** Whether entries after {@link #last} may not have come. */
    public boolean isDoubted() {
        return doubted;
    }

    /**
     * The last position that its followers hear of, if repeats came after that, which they do not
     * hear; otherwise null.
     */
    public @Nullable Position heard() {
        return heard;
    }

    /** The channel's last position is another, since a repeat came. */
    public void pass(Position repeat) {
        Position last = heard == null ? top() : heard;
        setTop(repeat);
        heard = last;
    }

    /** Entries after its last position may not have come; so until that is set, none is known. */
    void doubt() {
        doubted = generation != UNKNOWN;
    }

    /** The channel's last position is known now, or is another. */
    public void setTop(Position top) {
        generation = top.generation();
        shardSequence = top.shardSequence();
        channelSequence = top.channelSequence();
        doubted = false;
        heard = null;
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
