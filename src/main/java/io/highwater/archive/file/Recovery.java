package io.highwater.archive.file;

import io.highwater.time.WallClock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * Makes a store writable again after a write failed. Confined to the upkeep's thread.
 *
 * <p>The store is closed and opened again. RocksDB can resume without that, but its log file then
 * keeps the error of the failed write (facebook/rocksdb issues 11643 and 12998), and what a failed
 * sync has left of that log is uncertain. An open reads the log up to where it breaks off and puts
 * what it has into files of their own. Until there is room for those, the store stays as it is, and
 * can be read.
 */
final class Recovery {
    /**
     * Enough for what an open writes: the memory tables as files, and a log for the first writes.
     */
    static final long ROOM_BYTES = 2 * StoreOptions.TABLES * StoreOptions.TABLE_BYTES;

    private static final long CLOSE_MILLIS = TimeUnit.SECONDS.toMillis(10);

    private final Folder folder;
    private final CurrentStore current;
    private final Contents contents;
    private final WallClock clock;

    /** The failed store, while it is still in use. */
    private @Nullable Store retired;

    Recovery(Folder folder, CurrentStore current, Contents contents, WallClock clock) {
        this.folder = folder;
        this.current = current;
        this.contents = contents;
        this.clock = clock;
    }

    Path folder() {
        return folder.path();
    }

    /**
     * Tries once.
     *
     * @param full whether the write failed for lack of room
     * @return null; or what it still waits for
     */
    @Nullable String attempt(boolean full)
            throws IOException, RocksDBException, InterruptedException {
        if (full) {
            long usable = folder.usableBytes();
            if (usable < ROOM_BYTES) {
                return "has "
                        + (usable >> 20)
                        + " MiB of free disk; it goes on by itself when there are "
                        + (ROOM_BYTES >> 20);
            }
        }
        Store failed = current.remove();
        if (failed != null) {
            failed.close();
            retired = failed;
        }
        if (retired != null) {
            if (!retired.awaitClosed(CLOSE_MILLIS)) {
                return "is still being read";
            }
            retired = null;
        }
        return reopen();
    }

    private @Nullable String reopen() throws RocksDBException, IOException {
        Store store = Store.open(folder.store(), false);
        boolean usable = false;
        try {
            List<String> behind = contents.load(store, clock.millis());
            if (!behind.isEmpty()) {
                return "has lost entries that were on disk, of the shards " + behind;
            }
            writeSomething(store);
            current.set(store);
            usable = true;
            return null;
        } finally {
            if (!usable) {
                store.close();
            }
        }
    }

    /** Shows that the disk takes writes: a row that is there already. */
    private void writeSomething(Store store) throws RocksDBException {
        try (WriteBatch row = new WriteBatch()) {
            row.put(Keys.oldest(Keys.ENTRY), Rows.oldest(contents.entries().view().oldest()));
            store.write(row);
        }
    }
}
