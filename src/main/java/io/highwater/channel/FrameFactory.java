package io.highwater.channel;

import io.highwater.backbone.Entry;
import io.highwater.protocol.Since;

/**
 * Makes the finished frame of an entry, once for all subscribers of a turn. Thread-safe: every
 * shard calls it. It must not block.
 */
public interface FrameFactory<F> {
    F frame(Entry entry);

    /**
     * The factory for one channel's live frames, called in their order, so that a frame may build
     * on earlier ones. Used and {@link #release released} on the thread of the channel's shard.
     */
    default FrameFactory<F> ofChannel() {
        return this;
    }

    /** The channel has no subscribers any more: this factory is not called again. */
    default void release() {}

    /** The frame of an entry for a single subscriber that missed it. */
    default F missed(Entry entry) {
        return frame(entry);
    }

    /**
     * The frame of an event, for all subscribers that are told of it.
     *
     * @param nowNanos the node's Ticker
     */
    default F presence(PresenceEvent event, long nowNanos) {
        throw new UnsupportedOperationException("nobody asks who is there");
    }

    /** The frame of an entry as an answer to {@link Since.Latest}. */
    F snapshot(Entry entry);
}
