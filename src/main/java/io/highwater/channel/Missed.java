package io.highwater.channel;

import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.ReadResult.Unreadable;
import io.highwater.protocol.Cursor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The next piece of what a subscriber has missed, read from the log when it can be sent. Immutable.
 *
 * @param publications oldest first; empty if nothing is left
 * @param reached this piece brings the subscriber up to here: nothing it missed lies before
 * @param top the channel's top at the time of the read
 * @param trimmed some of what was missed is no longer kept: read on from the oldest entry that is
 */
public record Missed<F>(
        List<Publication<F>> publications, Cursor reached, Cursor top, boolean trimmed) {
    public Missed {
        publications = List.copyOf(publications);
    }

    /** Whether this brings the subscriber to the end of the log. */
    public boolean isLast() {
        return reached.covers(top);
    }

    /**
     * The first piece of what was read.
     *
     * @param slice oldest first
     * @param from the subscriber's position before it; null if it has none
     */
    static <F> Missed<F> of(
            Slice slice,
            @Nullable Cursor from,
            TurnKind kind,
            PieceSize size,
            SharedReads<F> frames) {
        List<Entry> entries = slice.entries();
        int count = size.count(entries, 0);
        List<Publication<F>> made = new ArrayList<>(count);
        for (Entry entry : entries.subList(0, count)) {
            made.add(frames.publication(entry, kind));
        }
        boolean all = count == entries.size() && slice.complete();
        Cursor reached = all ? slice.top() : passed(from, entries, count);
        return new Missed<>(made, reached, slice.top(), false);
    }

    /**
     * The piece after a cursor.
     *
     * @param until for a SNAPSHOT, its end: later entries come in turns; otherwise null
     * @param result the log's answer after {@code after}; for a SNAPSHOT, that of {@link
     *     SnapshotRead}
     */
    static <F> Missed<F> after(
            Cursor after,
            @Nullable Cursor until,
            ReadResult result,
            PieceSize size,
            FrameFactory<F> frames) {
        if (result instanceof Unreadable unreadable) {
            return new Missed<>(List.of(), after, unreadable.top(), true);
        }
        Slice slice = (Slice) result;
        List<Entry> entries = slice.entries();
        Cursor top = slice.top();
        if (until != null) {
            entries =
                    entries.stream()
                            .filter(entry -> !after.covers(entry.position()))
                            .filter(entry -> until.covers(entry.position()))
                            .toList();
            top = until;
        }
        int count = size.count(entries, 0);
        List<Publication<F>> made = new ArrayList<>(count);
        for (Entry entry : entries.subList(0, count)) {
            made.add(
                    new Publication<>(
                            entry, until == null ? frames.missed(entry) : frames.snapshot(entry)));
        }
        boolean all = count == entries.size() && (until != null || slice.complete());
        Cursor reached = all ? top : passed(after, entries, count);
        return new Missed<>(made, reached, top, false);
    }

    /** The position of a subscriber that was at {@code from}, after the first {@code count}. */
    private static Cursor passed(@Nullable Cursor from, List<Entry> entries, int count) {
        Cursor passed = from == null ? entries.get(0).position() : from;
        for (Entry entry : entries.subList(0, count)) {
            passed = passed.with(entry.position());
        }
        return passed;
    }
}
