package io.highwater.channel;

import io.highwater.backbone.Entry;
import io.highwater.protocol.Since;
import java.util.List;

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

    /**
     * One frame of entries that follow each other, for subscribers that missed them.
     *
     * @param entries at least one
     * @param kind RECOVERED or SNAPSHOT
     */
    default F missed(List<Entry> entries, TurnKind kind) {
        throw new UnsupportedOperationException("a hub of whole pieces");
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
