package io.highwater.archive.file;

import io.highwater.archive.queue.WorkQueue;
import io.highwater.backbone.UnavailableException;
import io.highwater.time.Ticker;
import io.highwater.time.WallClock;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * Writes what the queue has: all that has gathered goes into one write with one sync. While the
 * disk syncs, the next write gathers. So the speed of the disk decides how much one write has, and
 * nothing waits longer than one sync for its own to begin. Confined to the thread that writes.
 *
 * <p>RocksDB holds a write up while it has too much to sort; the queue then fills, and refuses.
 */
final class GroupCommit implements Runnable {
    /** How a write gets to the disk. */
    interface Sync {
        void write(Store store, WriteBatch batch) throws RocksDBException;
    }

    /** What a write sets off. Called on the writing thread; must not throw. */
    interface Listener {
        /**
         * Entries are on the disk.
         *
         * @param bytes of the whole write
         * @param nanos how long it took
         * @param oldestNanos how long the oldest call of it had waited until then
         */
        void onWritten(int entries, long bytes, long nanos, long oldestNanos);

        /** What those are told whose calls fail. */
        String explain(Throwable cause);

        /** Nothing more is written until the queue is opened again. */
        void onWriteFailed(Throwable cause, String why);
    }

    private final WorkQueue<FileWork> queue;
    private final CurrentStore current;
    private final Contents contents;
    private final WallClock clock;
    private final Sync sync;
    private final Ticker ticker;
    private final Listener listener;

    GroupCommit(
            WorkQueue<FileWork> queue,
            CurrentStore current,
            Contents contents,
            WallClock clock,
            Sync sync,
            Ticker ticker,
            Listener listener) {
        this.queue = queue;
        this.current = current;
        this.contents = contents;
        this.clock = clock;
        this.sync = sync;
        this.ticker = ticker;
        this.listener = listener;
    }

    @Override
    public void run() {
        try {
            boolean more = true;
            while (more) {
                more = writeNext();
            }
        } catch (InterruptedException e) {
            // Only its owner interrupts it, after it has waited for the end long enough.
            Thread.currentThread().interrupt();
        }
    }

    /** Whatever goes wrong is a failed write, and does not end the thread. False at its end. */
    private boolean writeNext() throws InterruptedException {
        List<FileWork> group = List.of();
        try {
            group = queue.take();
            if (!group.isEmpty()) {
                write(group);
            }
            return !group.isEmpty();
        } catch (RuntimeException | Error e) {
            abandon(group, e);
            return true;
        }
    }

    private void abandon(List<FileWork> group, Throwable cause) {
        try {
            fail(group, cause);
        } catch (RuntimeException | Error e) {
            listener.onWriteFailed(e, "a write was not completed");
        }
    }

    private void write(List<FileWork> group) {
        Store store = current.acquire();
        try {
            if (store == null) {
                throw new IllegalStateException("no store is open");
            }
            write(store, group);
            queue.complete(group);
        } catch (RocksDBException | RuntimeException | Error e) {
            fail(group, e);
        } finally {
            if (store != null) {
                store.release();
            }
        }
    }

    private void write(Store store, List<FileWork> group) throws RocksDBException {
        long begun = ticker.nanoTime();
        try (WriteBatch batch = new WriteBatch()) {
            Commit commit =
                    new Commit(
                            store, batch, contents.entries(), contents.messages(), clock.millis());
            for (FileWork work : group) {
                UnavailableException refusal = work.addTo(commit);
                if (refusal != null) {
                    work.refuse(refusal);
                }
            }
            commit.complete();
            if (batch.count() > 0) {
                sync.write(store, batch);
            }
            contents.written();
            if (commit.count() > 0) {
                long now = ticker.nanoTime();
                listener.onWritten(
                        commit.count(),
                        batch.getDataSize(),
                        now - begun,
                        now - group.get(0).sinceNanos());
            }
        }
    }

    private void fail(List<FileWork> group, Throwable cause) {
        contents.forget();
        String why = listener.explain(cause);
        List<FileWork> failed = new ArrayList<>(group);
        // They came before anybody could know of the failure, so they may not take effect either.
        failed.addAll(queue.shut(why));
        for (FileWork work : failed) {
            work.refuse(new UnavailableException(why, WorkQueue.RETRY_AFTER));
        }
        queue.complete(failed);
        listener.onWriteFailed(cause, why);
    }
}
