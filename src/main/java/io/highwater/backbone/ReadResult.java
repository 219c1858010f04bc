package io.highwater.backbone;

import java.util.List;

/** What a read of a channel's log brought: a {@link Slice} without holes, or a reason for none. */
public sealed interface ReadResult {
    /**
     * The channel's last position when it was read. Whoever followed the channel before he read
     * hears every entry after it.
     */
    Position top();

    /**
     * Immutable.
     *
     * @param entries oldest first, each the next of the one before
     * @param complete nothing lies between the last of them and {@code top}
     */
    record Slice(List<Entry> entries, boolean complete, Position top) implements ReadResult {
        public Slice {
            entries = List.copyOf(entries);
        }
    }

    /** Nothing can be said of what followed the position asked for. Immutable. */
    record Unreadable(Reason reason, Position top) implements ReadResult {}

    /** Why a position cannot be read after. */
    enum Reason {
        /** Some of what followed it is no longer kept. */
        TRIMMED,

        /** It is of another generation or origin, of which nothing is kept. */
        UNKNOWN_GENERATION,

        /** It lies beyond the channel's last. */
        UNKNOWN_POSITION
    }
}
