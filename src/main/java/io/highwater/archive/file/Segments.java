package io.highwater.archive.file;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * The segments that rows of one kind are written to, one after another: which are kept, and when
 * each began. Only the thread that writes changes them; any thread reads {@link #view}.
 *
 * <p>A change is first a part of a write, and becomes visible when that write is {@linkplain
 * #written done}; until then it can be {@linkplain #forget forgotten}.
 */
final class Segments {
    /**
     * The segments that are kept; at least one, once they were read. Immutable.
     *
     * @param startMillis when each of them began, by the clock of this node
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared, never changed.
    record View(int oldest, long[] startMillis) {
        int newest() {
            return oldest + startMillis.length - 1;
        }

        private long newestStart() {
            return startMillis[startMillis.length - 1];
        }

        /**
         * When a segment began, as far as the others tell. If the clock was ahead then, a later
         * segment began earlier: when the clock was right again. Where it was set back, an earlier
         * segment began later.
         *
         * @param before when the one before it began, or {@link #UNKNOWN}
         */
        private long began(int segment, long before) {
            int index = segment - oldest;
            long start = startMillis[index];
            long least = before;
            if (before == UNKNOWN && newestStart() >= start) {
                // Nothing before it tells what is too early. If even the newest began earlier than
                // this one, nothing is.
                least = start;
            }
            long began = Math.max(start, least);
            for (int i = index + 1; i < startMillis.length; i++) {
                if (startMillis[i] >= least) {
                    began = Math.min(began, startMillis[i]);
                }
            }
            return began;
        }

        private View withNewest(long millis) {
            long[] starts = Arrays.copyOf(startMillis, startMillis.length + 1);
            starts[startMillis.length] = millis;
            return new View(oldest, starts);
        }

        private View from(int segment) {
            return new View(
                    segment, Arrays.copyOfRange(startMillis, segment - oldest, startMillis.length));
        }
    }

    private static final long UNKNOWN = Long.MIN_VALUE;

    private final byte kind;
    private final long lengthMillis;
    private volatile View view = new View(1, new long[0]);

    /** When the last segment began that was dropped in this life. */
    private volatile long droppedBegan = UNKNOWN;

    /** What the view will be after the write under way; null if the same. Of the writing thread. */
    private @Nullable View pending;

    Segments(byte kind, long lengthMillis) {
        this.kind = kind;
        this.lengthMillis = lengthMillis;
    }

    /** Reads what a store has; a new store gets a segment, which begins now. */
    void load(Store store, long nowMillis) throws RocksDBException {
        View read = read(store);
        if (read.startMillis.length == 0) {
            try (WriteBatch first = new WriteBatch()) {
                first.put(Keys.oldest(kind), Rows.oldest(read.oldest));
                first.put(Keys.segment(kind, read.oldest), Rows.segment(nowMillis));
                store.write(first);
            }
            read = read.withNewest(nowMillis);
        }
        view = read;
        pending = null;
    }

    private View read(Store store) throws RocksDBException {
        byte[] oldestRow = store.db().get(Keys.oldest(kind));
        View read = new View(oldestRow == null ? 1 : Rows.oldest(oldestRow), new long[0]);
        byte[] prefix = Keys.segments(kind);
        try (RocksIterator rows = store.scan()) {
            for (rows.seek(Keys.segment(kind, read.oldest)); rows.isValid(); rows.next()) {
                byte[] key = rows.key();
                if (!Keys.startsWith(key, prefix)) {
                    break;
                }
                if (Keys.numberOfSegment(key) != read.newest() + 1) {
                    throw new IllegalStateException(
                            "it has no segment " + (read.newest() + 1) + " of kind " + kind);
                }
                read = read.withNewest(Rows.startMillis(rows.value()));
            }
            rows.status();
        }
        return read;
    }

    View view() {
        return view;
    }

    private View next() {
        return pending == null ? view : pending;
    }

    /**
     * Which segment a row goes to that is written now; begins one, as a part of the write, when the
     * newest has had its time, or began that much ahead of now.
     */
    int current(WriteBatch write, long nowMillis) throws RocksDBException {
        View next = next();
        long age = nowMillis - next.newestStart();
        if (age < lengthMillis && -age < lengthMillis) {
            return next.newest();
        }
        View longer = next.withNewest(nowMillis);
        write.put(Keys.segment(kind, longer.newest()), Rows.segment(nowMillis));
        pending = longer;
        return longer.newest();
    }

    /** Whether the oldest segment has only rows that were written before a time. */
    boolean hasRowsBefore(long millis) {
        View now = view;
        return now.began(now.oldest, droppedBegan) + lengthMillis <= millis;
    }

    /** Whether the newest segment began while the clock was ahead by more than its length. */
    boolean isAhead(long nowMillis) {
        return view.newestStart() - nowMillis >= lengthMillis;
    }

    /**
     * A time that was surely reached: the end of the newest segment, or of the one before if the
     * clock has gone further between the two than one of them takes.
     */
    long reachedMillis() {
        long[] starts = view.startMillis;
        int last = starts.length - 1;
        boolean jumped = last > 0 && starts[last] - starts[last - 1] > 2 * lengthMillis;
        return starts[jumped ? last - 1 : last] + lengthMillis;
    }

    /**
     * Drops, as a part of the write, the segments whose last row was written before a time. If that
     * is so of the newest too, another one begins.
     */
    void drop(WriteBatch write, long nowMillis, long beforeMillis) throws RocksDBException {
        int newest = current(write, nowMillis);
        View next = next();
        int first = next.oldest;
        long began = next.began(first, droppedBegan);
        // What a segment holds was written while it was the newest, and before its time was over.
        while (first < newest && began + lengthMillis <= beforeMillis) {
            first++;
            droppedBegan = began;
            began = next.began(first, began);
        }
        dropBefore(write, first);
    }

    /**
     * Drops, as a part of the write, all but the newest two. While the newest but one ended because
     * the clock was set back, it does not drop: the one before may be just as new.
     */
    void dropAllButTwo(WriteBatch write) throws RocksDBException {
        View next = next();
        int last = next.startMillis.length - 1;
        if (last > 0 && next.startMillis[last] < next.startMillis[last - 1]) {
            return;
        }
        dropBefore(write, Math.max(next.oldest, next.newest() - 1));
    }

    private void dropBefore(WriteBatch write, int first) throws RocksDBException {
        View next = next();
        if (first == next.oldest) {
            return;
        }
        write.deleteRange(Keys.segmentStart(kind, next.oldest), Keys.segmentStart(kind, first));
        write.deleteRange(Keys.segment(kind, next.oldest), Keys.segment(kind, first));
        write.put(Keys.oldest(kind), Rows.oldest(first));
        pending = next.from(first);
    }

    /** The write is done. */
    void written() {
        if (pending != null) {
            view = pending;
            pending = null;
        }
    }

    /** The write failed. */
    void forget() {
        pending = null;
    }

    /** Deletes the files that hold nothing but rows of dropped segments. */
    void deleteFiles(Store store) throws RocksDBException {
        store.deleteFiles(Keys.segmentStart(kind, 0), Keys.segmentStart(kind, view.oldest));
    }
}
