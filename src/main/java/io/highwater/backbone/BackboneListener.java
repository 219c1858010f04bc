package io.highwater.backbone;

import io.highwater.protocol.Position;

/**
 * Hears the entries of the channels it follows: those of one channel one at a time and in order, on
 * whatever thread has them. It must not block.
 */
public interface BackboneListener {
    void onEntry(Entry entry);

    /**
     * Entries were lost to this node: those after {@code from}, up to and with {@code to}. What
     * comes next follows {@code to}.
     */
    void onGap(String channel, Position from, Position to);
}
