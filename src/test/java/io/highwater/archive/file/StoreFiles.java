package io.highwater.archive.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.rocksdb.FlushOptions;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** A store's segments and the sorted files that they lie in. Confined to the test. */
final class StoreFiles implements AutoCloseable {
    private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();
    private static final int ROWS = 100;
    private static final int ROW_BYTES = 1_000;

    private final Store store;
    private final Segments segments = new Segments(Keys.ENTRY, DAY_MILLIS);
    private long nowMillis = ArchiveFixture.GENERATION;

    private StoreFiles(Store store) throws RocksDBException {
        this.store = store;
        segments.load(store, nowMillis);
    }

    static StoreFiles in(Path folder) throws RocksDBException, IOException {
        return new StoreFiles(Store.open(folder, true));
    }

    /** Writes entries of as many days, and has them sorted. */
    void writeSegments(int days) throws RocksDBException {
        Random random = new Random(1);
        EntryKeys keys = new EntryKeys("c", ArchiveFixture.ORIGIN);
        for (int day = 0; day < days; day++) {
            try (WriteBatch batch = new WriteBatch();
                    FlushOptions waiting = new FlushOptions().setWaitForFlush(true)) {
                int segment = segments.current(batch, nowMillis);
                for (int i = 0; i < ROWS; i++) {
                    byte[] row = new byte[ROW_BYTES];
                    random.nextBytes(row);
                    batch.put(keys.key(segment, day, i), row);
                }
                store.write(batch);
                segments.written();
                store.db().flush(waiting);
            }
            nowMillis += DAY_MILLIS;
        }
        store.db().compactRange();
    }

    /** Drops the oldest ones and their files. */
    void drop(int days) throws RocksDBException {
        try (WriteBatch batch = new WriteBatch()) {
            long oldest = segments.view().startMillis()[0];
            segments.drop(batch, nowMillis, oldest + days * DAY_MILLIS);
            store.write(batch);
            segments.written();
        }
        segments.deleteFiles(store);
    }

    /** The segments of which there are files. */
    List<Integer> segmentsWithFiles() {
        return store.db().getLiveFilesMetaData().stream()
                .map(LiveFileMetaData::smallestKey)
                .filter(key -> key[0] == Keys.ENTRY)
                .map(key -> ByteBuffer.wrap(key).getInt(1))
                .sorted()
                .toList();
    }

    @Override
    public void close() {
        store.close();
    }
}
