package io.highwater.backbone;

import io.highwater.protocol.Cursor;
import java.util.List;

/** The result of a read of a channel's log: a {@link Slice} without holes, or why there is none. */
public sealed interface ReadResult {
    /**
     * The channel's last position of each origin when it was read. A listener that followed the
     * channel before the read receives every entry after it.
     */
    Cursor top();

    /**
     * Immutable.
     *
     * @param entries in the order of the read; within one origin each entry is next to the one
     *     before
     * @param left how many entries lie beyond the last of them in the direction of the read, as far
     *     as was looked: at least 1 if there are any, and exact if no more than the read's limit
     */
    record Slice(List<Entry> entries, long left, Cursor top) implements ReadResult {
        public Slice {
            entries = List.copyOf(entries);
        }

        /** Whether nothing lies beyond the last of the entries. */
        public boolean complete() {
            return left == 0;
        }
    }

    /** The log cannot tell what followed the given cursor. Immutable. */
    record Unreadable(Reason reason, Cursor top) implements ReadResult {}

    /** Why the entries after a cursor cannot be read. */
    enum Reason {
        /** Some of what followed it is no longer kept. */
        TRIMMED,

        /** It names another generation or origin, of which nothing is kept. */
        UNKNOWN_GENERATION,

        /** It lies beyond the channel's last position. */
        UNKNOWN_POSITION
    }
}
