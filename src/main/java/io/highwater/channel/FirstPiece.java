package io.highwater.channel;

import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.protocol.Cursor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first piece of what a subscriber has asked for. Immutable.
 *
 * @param publications oldest first; at least one
 * @param reached this piece brings the subscriber up to here
 * @param top the channel's top at the time of the read
 */
record FirstPiece<F>(List<Publication<F>> publications, Cursor reached, Cursor top) {
    FirstPiece {
        publications = List.copyOf(publications);
    }

    /** Whether this brings the subscriber to the end of the log. */
    boolean isLast() {
        return reached.covers(top);
    }

    /**
     * @param slice what was read, oldest first; at least one entry
     * @param from the subscriber's position before it; null if it has none
     */
    static <F> FirstPiece<F> of(
            Slice slice,
            @Nullable Cursor from,
            TurnKind kind,
            PieceSize size,
            SharedReads<F> frames) {
        List<Entry> entries = slice.entries();
        int count = size.count(entries, size.bytes());
        boolean all = count == entries.size() && slice.complete();
        if (!all && kind == TurnKind.RECOVERED) {
            count = PieceSize.aligned(entries, count);
        }
        List<Entry> taken = entries.subList(0, count);
        List<Publication<F>> made = new ArrayList<>(count);
        for (Entry entry : taken) {
            made.add(frames.publication(entry, kind));
        }
        Cursor begin = from == null ? taken.get(0).position() : from;
        return new FirstPiece<>(made, all ? slice.top() : Piece.passed(begin, taken), slice.top());
    }
}
