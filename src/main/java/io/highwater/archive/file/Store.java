package io.highwater.archive.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.TickerType;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * An open RocksDB. Whoever calls it holds a use, from {@link #acquire} to {@link #release}: native
 * memory must not go away under a call. It is closed with the last use. Thread-safe.
 */
final class Store {
    private final StoreOptions options;
    private final RocksDB db;
    private final ReadOptions ofOnePrefix;
    private final ReadOptions inTotalOrder;
    private final WriteOptions synced;

    /** One is the opener's, until it calls {@link #close}. */
    private final AtomicInteger uses = new AtomicInteger(1);

    private final CountDownLatch closed = new CountDownLatch(1);

    private Store(StoreOptions options, RocksDB db) {
        this.options = options;
        this.db = db;
        ofOnePrefix = new ReadOptions().setPrefixSameAsStart(true);
        // Rows that are gone through once push none out of the cache that are read again.
        inTotalOrder = new ReadOptions().setTotalOrderSeek(true).setFillCache(false);
        synced = new WriteOptions().setSync(true);
    }

    /**
     * Opens the store in a folder. What was written and not yet sorted into files is read from the
     * log, written to files and synced, so that the log that a crash or a full disk has cut off is
     * not needed again.
     *
     * @param isNew whether there may be none yet
     * @throws IllegalStateException if its log is damaged
     */
    static Store open(Path folder, boolean isNew) throws RocksDBException, IOException {
        String damage = LogCheck.damage(folder);
        if (damage != null) {
            throw new IllegalStateException(damage);
        }
        StoreOptions options = new StoreOptions(isNew);
        try {
            return new Store(options, RocksDB.open(options.options(), folder.toString()));
        } catch (RocksDBException | RuntimeException | Error e) {
            options.close();
            throw e;
        }
    }

    RocksDB db() {
        return db;
    }

    /** Goes through the rows of one prefix; what it finds beyond that prefix means nothing. */
    RocksIterator rows() {
        return db.newIterator(ofOnePrefix);
    }

    /** Goes through all rows. */
    RocksIterator scan() {
        return db.newIterator(inTotalOrder);
    }

    /** Writes and syncs. */
    void write(WriteBatch batch) throws RocksDBException {
        db.write(synced, batch);
    }

    /** Deletes the files that hold nothing but rows from one key on up to, but without, another. */
    void deleteFiles(byte[] from, byte[] to) throws RocksDBException {
        db.deleteFilesInRanges(null, List.of(from, to), false);
    }

    /** How often the log was synced since the store was opened. */
    long syncs() {
        return options.statistics().getTickerCount(TickerType.WAL_FILE_SYNCED);
    }

    /** False if it is closed, or about to be. */
    boolean acquire() {
        for (int count = uses.get(); count > 0; count = uses.get()) {
            if (uses.compareAndSet(count, count + 1)) {
                return true;
            }
        }
        return false;
    }

    void release() {
        if (uses.decrementAndGet() == 0) {
            // In this order: the iterators' options, the database, what it was opened with.
            ofOnePrefix.close();
            inTotalOrder.close();
            synced.close();
            db.close();
            options.close();
            closed.countDown();
        }
    }

    /** Called once, by who opened it. */
    void close() {
        release();
    }

    /** Waits until the last use is over, and the folder may be opened again. */
    boolean awaitClosed(long timeoutMillis) throws InterruptedException {
        return closed.await(timeoutMillis, TimeUnit.MILLISECONDS);
    }
}
