package io.highwater.archive.file;

import io.highwater.archive.queue.WorkQueue;
import io.highwater.backbone.UnavailableException;
import io.highwater.time.WallClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * Drops what is older than the retention. What it changes goes through the writing thread, so that
 * nothing is dropped that is being written; files are deleted here. Confined to the upkeep's
 * thread.
 */
final class Retention {
    private static final long WRITE_TIMEOUT_SECONDS = 60;
    private static final int TOPS_AT_ONCE = 256;

    private final CurrentStore current;
    private final Contents contents;
    private final WorkQueue<FileWork> queue;
    private final WallClock clock;
    private final DropTime dropTime;
    private final Duration retention;
    private final Runnable dropped;

    /** Files of segments before these were deleted in this life. */
    private int entriesDeletedBefore;

    private int messagesDeletedBefore;

    /**
     * @param dropped called for each segment of entries that was dropped; must not throw
     */
    Retention(
            CurrentStore current,
            Contents contents,
            WorkQueue<FileWork> queue,
            WallClock clock,
            DropTime dropTime,
            Duration retention,
            Runnable dropped) {
        this.current = current;
        this.contents = contents;
        this.queue = queue;
        this.clock = clock;
        this.dropTime = dropTime;
        this.retention = retention;
        this.dropped = dropped;
    }

    /** Drops what is due. Blocks until it is gone, or throws; then it goes on the next time. */
    void run() throws RocksDBException, InterruptedException, ExecutionException, TimeoutException {
        Store store = current.acquire();
        if (store == null) {
            return;
        }
        try {
            dropEntries(store);
            int message = contents.messages().view().oldest();
            if (message > messagesDeletedBefore) {
                contents.messages().deleteFiles(store);
                messagesDeletedBefore = message;
            }
        } finally {
            store.release();
        }
    }

    private void dropEntries(Store store)
            throws RocksDBException, InterruptedException, ExecutionException, TimeoutException {
        Segments entries = contents.entries();
        long before = dropTime.millis() - retention.toMillis();
        int kept = entries.view().oldest();
        if (entries.hasRowsBefore(before) || entries.isAhead(clock.millis())) {
            write(commit -> entries.drop(commit.batch(), clock.millis(), before));
        }
        int oldest = entries.view().oldest();
        for (int segment = kept; segment < oldest; segment++) {
            dropped.run();
        }
        if (oldest > entriesDeletedBefore) {
            entries.deleteFiles(store);
            dropTops(store, oldest);
            entriesDeletedBefore = oldest;
        }
    }

    /** Forgets channels that have no entry, but for those that could still get one. */
    private void dropTops(Store store, int oldest)
            throws RocksDBException, InterruptedException, ExecutionException, TimeoutException {
        List<byte[]> dropped = new ArrayList<>();
        byte[] prefix = {Keys.TOP};
        try (RocksIterator rows = store.scan()) {
            for (rows.seek(prefix); rows.isValid(); rows.next()) {
                byte[] key = rows.key();
                if (!Keys.startsWith(key, prefix)) {
                    break;
                }
                if (isDropped(key, rows.value(), oldest)) {
                    dropped.add(key);
                }
                if (dropped.size() == TOPS_AT_ONCE) {
                    dropThese(dropped, oldest);
                    dropped.clear();
                }
            }
            rows.status();
        }
        if (!dropped.isEmpty()) {
            dropThese(dropped, oldest);
        }
    }

    private void dropThese(List<byte[]> keys, int oldest)
            throws InterruptedException, ExecutionException, TimeoutException {
        List<byte[]> these = List.copyOf(keys);
        write(
                commit -> {
                    for (byte[] key : these) {
                        // It may have been written since; what this write has of it comes later.
                        byte[] value = commit.store().db().get(key);
                        if (value != null && isDropped(key, value, oldest)) {
                            commit.batch().delete(key);
                        }
                    }
                });
    }

    private boolean isDropped(byte[] key, byte[] value, int oldest) {
        String origin = Keys.originOfTop(key);
        Rows.Top top = Rows.top(origin, value);
        Long generation = contents.shards().generation(origin, top.shard());
        return top.segment() < oldest
                && generation != null
                && top.position().generation() < generation;
    }

    private void write(FileWork.Chore chore)
            throws InterruptedException, ExecutionException, TimeoutException {
        FileWork work = FileWork.chore(chore);
        UnavailableException noPlace = queue.offer(work);
        if (noPlace != null) {
            throw new ExecutionException(noPlace);
        }
        work.done().get(WRITE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }
}
