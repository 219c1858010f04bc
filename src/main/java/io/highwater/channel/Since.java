package io.highwater.channel;

import io.highwater.backbone.Position;

/** From where on a subscriber wants a channel. Immutable. */
public sealed interface Since {
    /** What is published from now on. */
    record Live() implements Since {}

    /** What follows the position, then live. */
    record After(Position position) implements Since {}

    /**
     * What follows positions of several origins. A log has one origin, so that is nothing that it
     * could tell, and the positions need not be kept.
     */
    record AfterSeveral() implements Since {}

    /** The newest of every key that is kept, then live. */
    record Latest() implements Since {}
}
