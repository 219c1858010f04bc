package io.highwater.channel;

import io.highwater.backbone.Entry;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a channel's log as subscribers are sent it. Immutable.
 *
 * @param frames null if there are no messages
 * @param first the position of the first message; null if there is none
 * @param previous of the first message, as {@link Entry#previous}
 * @param reached it brings a subscriber up to here
 * @param trimmed the log no longer has what comes next
 * @param bytes what it takes, estimated
 */
record Piece<F>(
        @Nullable F frames,
        @Nullable Position first,
        @Nullable Position previous,
        Cursor reached,
        boolean trimmed,
        long bytes) {
    static <F> Piece<F> ofNothing(Cursor reached) {
        return new Piece<>(null, null, null, reached, false, 0);
    }

    static <F> Piece<F> ofTrimmed(Cursor after) {
        return new Piece<>(null, null, null, after, true, 0);
    }

    /**
     * @param entries oldest first
     * @param reached the place of the last of them, or a later one before the next entry
     */
    static <F> Piece<F> of(
            List<Entry> entries, Cursor reached, TurnKind kind, FrameFactory<F> frames) {
        if (entries.isEmpty()) {
            return ofNothing(reached);
        }
        Entry first = entries.get(0);
        return new Piece<>(
                frames.missed(entries, kind),
                first.position(),
                first.previous(),
                reached,
                false,
                PieceSize.bytes(entries));
    }

    /** The position of a subscriber that was at {@code from}, after these. */
    static Cursor passed(Cursor from, List<Entry> entries) {
        Cursor passed = from;
        for (Entry entry : entries) {
            passed = passed.with(entry.position());
        }
        return passed;
    }
}
