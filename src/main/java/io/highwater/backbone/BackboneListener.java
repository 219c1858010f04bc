package io.highwater.backbone;

import io.highwater.protocol.Position;

/**
 * Hears the entries of the channels it follows: those of one channel one at a time and in order, on
 * whatever thread has them. It must not block. What it throws is logged, and the entry that it
 * could not take is told as a gap.
 */
public interface BackboneListener {
    /** The next entry of its channel, or one that is {@link Entry#late}. */
    void onEntry(Entry entry);

    /**
     * Entries did not come to this node: those after {@code from}, up to and with {@code to}. What
     * comes next follows {@code to}. {@link Backbone#readAfter} has them, unless they are trimmed
     * there too.
     */
    void onGap(String channel, Position from, Position to);

    /**
     * The log was begun anew: what comes next follows {@code base}, the place before the first
     * entry of the new generation. What still comes of the one before is late.
     */
    default void onGeneration(String channel, Position base) {}
}
