package io.highwater.backbone.redis;

import io.highwater.backbone.redis.StreamItem.Stored;
import io.highwater.limits.Payer;
import org.jspecify.annotations.Nullable;

/** Receives what the log of a shard brings, one call at a time, on the shard's loop. */
interface ShardSink {
    /** The first call: what comes follows this id. */
    void onBegin(StreamId first);

    /**
     * The next entry.
     *
     * @param appendedNanos when it was appended, by this node's Ticker
     * @param payer the address that it is charged to, if this node appended it
     */
    void onEntry(Stored entry, long appendedNanos, @Nullable Payer payer);

    /** An entry of a former generation that comes after its turn. */
    void onLate(Stored entry, long nowNanos);

    /** The entries after {@code from}, up to and including {@code to}, did not come. */
    void onGap(StreamId from, StreamId to);

    /** The log started over: what follows belongs to this generation. */
    void onGeneration(long generation);

    /** Nothing more comes at the moment: a good time to deliver what came, and to make room. */
    void onPause();
}
