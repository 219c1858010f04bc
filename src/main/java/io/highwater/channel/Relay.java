package io.highwater.channel;

import io.highwater.backbone.Draft;

/**
 * Brings what is published in {@linkplain Ephemeral ephemeral} channels to the other nodes, whose
 * relays hand it to {@link ChannelHub#relayed}. It may lose publications, but keeps those of one
 * publisher in order. Thread-safe; must not block.
 */
@FunctionalInterface
public interface Relay {
    /** For a node that has no others. */
    Relay NONE = draft -> {};

    void send(Draft draft);
}
