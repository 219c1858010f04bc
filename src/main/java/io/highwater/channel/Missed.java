package io.highwater.channel;

import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.ReadResult.Unreadable;
import io.highwater.protocol.Cursor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
     * The entries that a {@link TurnKind#SNAPSHOT} consists of. All entries without a key count as
     * one key: in a channel that uses no keys, that is the key of the whole channel.
     */
    static List<Entry> newestOfEachKey(List<Entry> entries) {
        Map<@Nullable String, Integer> newest = new HashMap<>();
        for (int i = 0; i < entries.size(); i++) {
            newest.put(entries.get(i).key(), i);
        }
        List<Entry> found = new ArrayList<>(newest.size());
        newest.values().stream().sorted().forEach(at -> found.add(entries.get(at)));
        return found;
    }

    /**
     * The first piece of these entries.
     *
     * @param entries of one channel, oldest first
     * @param from the subscriber's position before them; null if it has none
     * @param last the position to which all of them together bring the subscriber
     */
    static <F> Missed<F> of(
            List<Entry> entries,
            @Nullable Cursor from,
            Cursor last,
            TurnKind kind,
            PieceSize size,
            SharedReads<F> frames) {
        int count = size.count(entries, 0);
        List<Publication<F>> made = new ArrayList<>(count);
        for (Entry entry : entries.subList(0, count)) {
            made.add(frames.publication(entry, kind));
        }
        Cursor reached = count == entries.size() ? last : passed(from, entries, count);
        return new Missed<>(made, reached, last, false);
    }

    /**
     * The piece after a cursor.
     *
     * @param until for a SNAPSHOT, its end: later entries come in turns; otherwise null
     * @param result the log's answer after {@code after}; for a SNAPSHOT, from the oldest entry on
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
                    newestOfEachKey(entries).stream()
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
