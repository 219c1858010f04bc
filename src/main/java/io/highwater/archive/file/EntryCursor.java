package io.highwater.archive.file;

import io.highwater.archive.ArchivedEntry;
import io.highwater.protocol.Position;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * Goes through the entries of one channel and origin, over all segments, in both directions.
 * Confined to its caller, who closes the iterator.
 *
 * <p>An entry of a segment is lower than all of the next segment, so the cursor steps to the
 * neighbouring segment where one has no more.
 */
final class EntryCursor {
    private final RocksIterator rows;
    private final EntryKeys keys;
    private final Segments.View view;
    private int segment;

    /** The key of the entry that it stands on; empty if it stands on none. */
    private byte[] key = {};

    EntryCursor(RocksIterator rows, EntryKeys keys, Segments.View view) {
        this.rows = rows;
        this.keys = keys;
        this.view = view;
        segment = view.oldest();
    }

    /** Goes to the first entry at or after a position. False if there is none. */
    boolean seek(Position position) throws RocksDBException {
        // A cursor is mostly a recent one: the search begins where the newest entries are, and ends
        // at the newest segment that has an entry at or before the position.
        segment = view.newest();
        while (!standsBefore(position) && segment > view.oldest()) {
            segment--;
        }
        rows.seek(keys.key(segment, position));
        return landed() || firstOfLater();
    }

    private boolean standsBefore(Position position) throws RocksDBException {
        rows.seekForPrev(keys.key(segment, position));
        return landed();
    }

    /** Goes to the last entry at or before a position. False if there is none. */
    boolean seekBackwards(Position position) throws RocksDBException {
        segment = view.newest();
        while (!standsBefore(position)) {
            if (segment == view.oldest()) {
                return false;
            }
            segment--;
        }
        return true;
    }

    boolean seekFirst() throws RocksDBException {
        segment = view.oldest();
        rows.seek(keys.first(segment));
        return landed() || firstOfLater();
    }

    boolean seekLast() throws RocksDBException {
        segment = view.newest();
        rows.seekForPrev(keys.last(segment));
        return landed() || lastOfEarlier();
    }

    /** Goes to the first entry of a segment at or after a place. False if there is none. */
    boolean seekIn(int wanted, long generation, long channelSequence) throws RocksDBException {
        segment = wanted;
        rows.seek(keys.key(segment, generation, channelSequence));
        return landed();
    }

    /** Goes to the last entry of a segment at or before a place. False if there is none. */
    boolean seekBackwardsIn(int wanted, long generation, long channelSequence)
            throws RocksDBException {
        segment = wanted;
        rows.seekForPrev(keys.key(segment, generation, channelSequence));
        return landed();
    }

    boolean next() throws RocksDBException {
        rows.next();
        return landed() || firstOfLater();
    }

    boolean previous() throws RocksDBException {
        rows.prev();
        return landed() || lastOfEarlier();
    }

    private boolean firstOfLater() throws RocksDBException {
        while (segment < view.newest()) {
            segment++;
            rows.seek(keys.first(segment));
            if (landed()) {
                return true;
            }
        }
        return false;
    }

    private boolean lastOfEarlier() throws RocksDBException {
        while (segment > view.oldest()) {
            segment--;
            rows.seekForPrev(keys.last(segment));
            if (landed()) {
                return true;
            }
        }
        return false;
    }

    /** Whether the iterator stands on an entry of this channel in the present segment. */
    private boolean landed() throws RocksDBException {
        if (!rows.isValid()) {
            rows.status();
            return false;
        }
        byte[] found = rows.key();
        if (!keys.has(found, segment)) {
            return false;
        }
        key = found;
        return true;
    }

    int segment() {
        return segment;
    }

    /** Whether the entry that it stands on has this place in the channel. */
    boolean isAt(Position position) {
        return keys.generation(key) == position.generation()
                && keys.channelSequence(key) == position.channelSequence();
    }

    long generation() {
        return keys.generation(key);
    }

    long channelSequence() {
        return keys.channelSequence(key);
    }

    long wallMillis() {
        return Rows.wallMillis(rows.value());
    }

    Position position() {
        return new Position(
                keys.origin(), generation(), Rows.shardSequence(rows.value()), channelSequence());
    }

    ArchivedEntry entry(String channel) {
        return Rows.entry(channel, keys, key, rows.value());
    }
}
