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
 * The next piece of what a subscriber has missed, made of the log when it can be sent. Immutable.
 *
 * @param publications oldest first; empty where nothing is left
 * @param reached up to where it brings the subscriber: nothing of the kind lies before it
 * @param top of the channel when it was read
 * @param trimmed not all that was missed is kept any more: this begins with the oldest that is
 */
public record Missed<F>(
        List<Publication<F>> publications, Cursor reached, Cursor top, boolean trimmed) {
    public Missed {
        publications = List.copyOf(publications);
    }

    /** Whether the subscriber has all that was in the log. */
    public boolean isLast() {
        return reached.covers(top);
    }

    /**
     * The entries that {@link TurnKind#SNAPSHOT} takes: those without a key count as of one key,
     * since where no key is used, that is the channel's.
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
     * @param from where the subscriber is before them; null where that is nowhere
     * @param last up to where they bring the subscriber, all together
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
     * @param until SNAPSHOT: what is after it comes in turns
     * @param result of the log after {@code after}; SNAPSHOT: after the oldest that is kept
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

    /** Where whoever was at {@code from} is with the first so many entries. */
    private static Cursor passed(@Nullable Cursor from, List<Entry> entries, int count) {
        Cursor passed = from == null ? entries.get(0).position() : from;
        for (Entry entry : entries.subList(0, count)) {
            passed = passed.with(entry.position());
        }
        return passed;
    }
}
