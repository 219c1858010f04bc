package io.highwater.outbound;

import org.jspecify.annotations.Nullable;

/** What LATEST has to know of a message that it may drop. Immutable. */
record Droppable<P>(LatestLane<P> lane, @Nullable String key, P position) {
    Droppable(LatestLane<P> lane, OutboundPart<P> part) {
        this(lane, part.key(), part.position());
    }

    Gap<P> gap() {
        return new Gap<>(lane, position);
    }
}
