package io.highwater.backbone;

import io.highwater.protocol.Position;

/**
 * Receives the entries of the channels it follows: those of one channel one at a time and in order,
 * on any thread. It must not block. What it throws is logged, and the entry that it failed to take
 * is reported to it as a gap.
 */
public interface BackboneListener {
    /** The next entry of its channel, or one that is {@link Entry#late}. */
    void onEntry(Entry entry);

    /**
     * The entries after {@code from}, up to and including {@code to}, did not reach this node. The
     * next entry follows {@code to}. {@link Backbone#readAfter} returns the missing ones, unless
     * they have been trimmed there too.
     */
    void onGap(String channel, Position from, Position to);

    /**
     * The log started over: the next entry follows {@code base}, the place before the first entry
     * of the new generation. Entries of the former generation that still come are late.
     */
    default void onGeneration(String channel, Position base) {}
}
