package io.highwater.archive.file;

import io.highwater.archive.ArchivePage;
import io.highwater.archive.ArchivedEntry;
import io.highwater.archive.PageBounds;
import io.highwater.backbone.Entry;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** Answers questions from a store, of which the caller holds a use. Thread-safe. */
final class Reads {
    private final Segments entries;
    private final Segments messages;

    Reads(Segments entries, Segments messages) {
        this.entries = entries;
        this.messages = messages;
    }

    ArchivePage after(
            Store store, String channel, String origin, @Nullable Position after, PageBounds bounds)
            throws RocksDBException {
        Position top = top(store, channel, origin);
        if (top == null || (after != null && !top.isAfter(after))) {
            return new ArchivePage(List.of(), true);
        }
        Page page = new Page(bounds);
        try (RocksIterator rows = store.rows()) {
            EntryCursor cursor =
                    new EntryCursor(rows, new EntryKeys(channel, origin), entries.view());
            boolean found = after == null ? cursor.seekFirst() : cursor.seek(after);
            if (found && after != null && cursor.isAt(after)) {
                found = cursor.next();
            }
            while (found) {
                if (!page.add(cursor.entry(channel))) {
                    return page.complete(false);
                }
                // Nothing follows the top, so no later segment need be searched.
                found = !cursor.isAt(top) && cursor.next();
            }
        }
        return page.complete(true);
    }

    ArchivePage before(
            Store store,
            String channel,
            String origin,
            @Nullable Position before,
            PageBounds bounds)
            throws RocksDBException {
        Page page = new Page(bounds);
        try (RocksIterator rows = store.rows()) {
            EntryCursor cursor =
                    new EntryCursor(rows, new EntryKeys(channel, origin), entries.view());
            boolean found = before == null ? cursor.seekLast() : cursor.seekBackwards(before);
            if (found && before != null && cursor.isAt(before)) {
                found = cursor.previous();
            }
            while (found) {
                if (!page.add(cursor.entry(channel))) {
                    return page.complete(false);
                }
                found = cursor.previous();
            }
        }
        return page.complete(true);
    }

    /** Gathers entries within bounds. */
    private static final class Page {
        private final PageBounds bounds;
        private final List<ArchivedEntry> gathered = new ArrayList<>();
        private long bytes;

        Page(PageBounds bounds) {
            this.bounds = bounds;
        }

        /** False if it has no room for the entry. */
        boolean add(ArchivedEntry archived) {
            Entry entry = archived.entry();
            String key = entry.key();
            bytes +=
                    entry.data().length
                            + entry.msgId().length()
                            + archived.publisher().length()
                            + (key == null ? 0 : key.length());
            if (!gathered.isEmpty()
                    && (gathered.size() >= bounds.entries() || bytes > bounds.bytes())) {
                return false;
            }
            gathered.add(archived);
            return true;
        }

        ArchivePage complete(boolean complete) {
            return new ArchivePage(gathered, complete);
        }
    }

    private static @Nullable Position top(Store store, String channel, String origin)
            throws RocksDBException {
        byte[] row = store.db().get(Keys.top(channel, origin));
        return row == null ? null : Rows.top(origin, row).position();
    }

    @Nullable Cursor tops(Store store, String channel) throws RocksDBException {
        List<Position> tops = new ArrayList<>(1);
        byte[] prefix = Keys.topPrefix(channel);
        try (RocksIterator rows = store.rows()) {
            for (rows.seek(prefix); rows.isValid(); rows.next()) {
                byte[] key = rows.key();
                if (!Keys.startsWith(key, prefix)) {
                    break;
                }
                tops.add(Rows.top(Keys.originOfTop(key), rows.value()).position());
            }
            rows.status();
        }
        return tops.isEmpty() ? null : Cursor.of(tops);
    }

    @Nullable Position find(Store store, String channel, String publisher, String msgId)
            throws RocksDBException {
        byte[] digest = Keys.digest(channel, publisher, msgId);
        Segments.View view = messages.view();
        for (int segment = view.newest(); segment >= view.oldest(); segment--) {
            byte[] row = store.db().get(Keys.message(segment, digest));
            if (row != null) {
                return Rows.message(row);
            }
        }
        return null;
    }

    /** The position of the last entry that was accepted before an instant. */
    @Nullable Position at(Store store, String channel, String origin, Instant instant)
            throws RocksDBException {
        Segments.View view = entries.view();
        try (RocksIterator rows = store.rows()) {
            EntryCursor cursor = new EntryCursor(rows, new EntryKeys(channel, origin), view);
            for (int segment = view.newest(); segment >= view.oldest(); segment--) {
                if (cursor.seekIn(segment, 0, 0) && isBefore(cursor, instant)) {
                    return lastBefore(cursor, segment, instant);
                }
            }
            return null;
        }
    }

    /** The cursor stands on the first entry of the segment, which is before the instant. */
    private static Position lastBefore(EntryCursor cursor, int segment, Instant instant)
            throws RocksDBException {
        // Times do not fall along a channel: first the generation is found by halving, then the
        // place in it. What is found at the middle is the first entry at or after it.
        Position low = cursor.position();
        cursor.seekBackwardsIn(segment, Long.MAX_VALUE, Long.MAX_VALUE);
        long highGeneration = cursor.generation() + 1;
        while (highGeneration - low.generation() > 1) {
            long middle = low.generation() + (highGeneration - low.generation()) / 2;
            if (cursor.seekIn(segment, middle, 0) && isBefore(cursor, instant)) {
                low = cursor.position();
            } else {
                highGeneration = middle;
            }
        }
        long generation = low.generation();
        cursor.seekBackwardsIn(segment, generation, Long.MAX_VALUE);
        if (isBefore(cursor, instant)) {
            return cursor.position();
        }
        long high = cursor.channelSequence();
        while (high - low.channelSequence() > 1) {
            long middle = low.channelSequence() + (high - low.channelSequence()) / 2;
            if (cursor.seekIn(segment, generation, middle)
                    && cursor.generation() == generation
                    && isBefore(cursor, instant)) {
                low = cursor.position();
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static boolean isBefore(EntryCursor cursor, Instant instant) {
        return Instant.ofEpochMilli(cursor.wallMillis()).isBefore(instant);
    }
}
