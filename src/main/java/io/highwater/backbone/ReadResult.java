package io.highwater.backbone;

import io.highwater.protocol.Cursor;
import java.util.List;

/** What a read of a channel's log brought: a {@link Slice} without holes, or a reason for none. */
public sealed interface ReadResult {
    /**
     * The channel's last position of each origin when it was read. Whoever followed the channel
     * before reading hears every entry after it.
     */
    Cursor top();

    /**
     * Immutable.
     *
     * @param entries oldest first; of one origin each is the next of the one before
     * @param complete nothing lies between the last of them and {@code top}
     */
    record Slice(List<Entry> entries, boolean complete, Cursor top) implements ReadResult {
        public Slice {
            entries = List.copyOf(entries);
        }
    }

    /** Nothing can be said of what followed the cursor asked for. Immutable. */
    record Unreadable(Reason reason, Cursor top) implements ReadResult {}

    /** Why a cursor cannot be read after. */
    enum Reason {
        /** Some of what followed it is no longer kept. */
        TRIMMED,

        /** It names another generation or origin, of which nothing is kept. */
        UNKNOWN_GENERATION,

        /** It lies beyond the channel's last position. */
        UNKNOWN_POSITION
    }
}
