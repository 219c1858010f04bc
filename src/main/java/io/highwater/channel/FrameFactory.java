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
     * The factory of the live frames of one channel, in their order, for frames that build on those
     * before them. Used on the channel's shard thread alone, and {@link #release released} there.
     */
    default FrameFactory<F> ofChannel() {
        return this;
    }

    /** The channel has no subscribers any more: nothing more is asked of its factory. */
    default void release() {}

    /** The frame of an entry for one subscriber alone, who missed it. */
    default F missed(Entry entry) {
        return frame(entry);
    }

    /** The frame of an entry as an answer to {@link Since.Latest}. */
    F snapshot(Entry entry);
}
