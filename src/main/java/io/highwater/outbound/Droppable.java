package io.highwater.outbound;

import org.jspecify.annotations.Nullable;

/** What LATEST has to know of a message that it may drop. Immutable. */
record Droppable<P>(LatestSeries<P> series, @Nullable String key, P position) {
    Droppable(LatestSeries<P> series, TurnMessage<P> message) {
        this(series, message.key(), message.position());
    }

    /** What the queue has in place of the message once that is dropped. */
    SkipNotice<P> skipped() {
        return new SkipNotice<>(series, position);
    }
}
