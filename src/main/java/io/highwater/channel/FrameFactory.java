package io.highwater.channel;

import io.highwater.backbone.Entry;

/**
 * Makes the finished frame of an entry, once for all subscribers of a turn. Thread-safe: every
 * shard calls it. It must not block.
 */
public interface FrameFactory<F> {
    F frame(Entry entry);

    /** The frame of an entry as an answer to {@link Since.Latest}. */
    F snapshot(Entry entry);
}
