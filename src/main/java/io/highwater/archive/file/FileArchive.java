package io.highwater.archive.file;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.archive.Archive;
import io.highwater.archive.ArchiveHealth;
import io.highwater.archive.ArchiveObserver;
import io.highwater.archive.ArchivePage;
import io.highwater.archive.ArchiveWriter;
import io.highwater.archive.PageBounds;
import io.highwater.archive.queue.ArchiveThreads;
import io.highwater.archive.queue.WorkQueue;
import io.highwater.backbone.BackboneStartException;
import io.highwater.backbone.UnavailableException;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import io.highwater.time.WallClock;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The archive of a single node: a folder on its disk, which no other node uses. An append is
 * complete when the disk has synced it. Appends of all shards share one write and one sync. The
 * package says how.
 *
 * <p>Memory: at most 8 MiB of entries that wait to be written, and about 64 MiB outside the heap.
 * At most 256 files are open.
 *
 * <p>When a write fails, as on a full disk, appends fail with {@link UnavailableException} until
 * the store was opened again; it tries that by itself. Until then it can be read. Thread-safe.
 */
public final class FileArchive implements Archive {
    private static final Logger LOG = LoggerFactory.getLogger(FileArchive.class);

    /** Clients' reads; the processors are the fan-out's. */
    private static final int READERS = 2;

    private static final int WAITING_READS = 1_024;

    /** A herd that comes back asks once for each channel. */
    private static final int WAITING_LOOKUPS = 16_384;

    private static final String WRITING = "writer";
    private static final String COMPLETING = "stages";

    private final FileArchiveSettings settings;
    private final Folder folder;
    private final WallClock clock;
    private final ArchiveObserver observer;
    private final LogLimit logs;
    private final Condition condition;
    private final CurrentStore current = new CurrentStore();
    private final Contents contents;
    private final WorkQueue<FileWork> queue;
    private final DropTime dropTime;
    private final Upkeep upkeep;
    private final Lane readLane;
    private final Lane lookUpLane;
    private final Reads reads;
    private final ThreadPoolExecutor completing;
    private final ThreadPoolExecutor writing;
    private final GroupCommit commits;

    private record Lease(String origin, int shard) {}

    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Map<Lease, FileWriter> writers = new HashMap<>();

    /**
     * @param wheel wakes it up for what it does from time to time
     */
    public FileArchive(
            FileArchiveSettings settings,
            WallClock clock,
            Ticker ticker,
            TimerWheel wheel,
            ArchiveObserver observer,
            LogLimit logs) {
        this(settings, clock, ticker, wheel, observer, logs, Store::write);
    }

    /**
     * @param sync how writes get to the disk
     */
    FileArchive(
            FileArchiveSettings settings,
            WallClock clock,
            Ticker ticker,
            TimerWheel wheel,
            ArchiveObserver observer,
            LogLimit logs,
            GroupCommit.Sync sync) {
        this.settings = settings;
        this.clock = clock;
        this.observer = observer;
        this.logs = logs;
        folder = new Folder(settings);
        condition = new Condition(folder.path());
        contents = new Contents(settings.segmentLength());
        reads = new Reads(contents.entries(), contents.messages());
        readLane = new Lane("reads", READERS, WAITING_READS, current, ticker, observer, logs);
        lookUpLane = new Lane("lookups", 1, WAITING_LOOKUPS, current, ticker, observer, logs);
        // After its end, whoever completes a stage does it itself.
        completing =
                ArchiveThreads.pool(COMPLETING, 1, Integer.MAX_VALUE, (task, pool) -> task.run());
        queue =
                new WorkQueue<>(
                        WorkQueue.MAX_BYTES,
                        ticker,
                        completing,
                        change -> tell(() -> observer.onWaiting(change)));
        dropTime = new DropTime(clock, ticker, settings.segmentLength());
        upkeep =
                new Upkeep(
                        wheel,
                        condition,
                        new Retention(
                                current,
                                contents,
                                queue,
                                clock,
                                dropTime,
                                settings.retention(),
                                () -> tell(observer::onDropped)),
                        new Recovery(folder, current, contents, clock),
                        queue,
                        logs);
        writing = ArchiveThreads.pool(WRITING, 1, 1, new ThreadPoolExecutor.AbortPolicy());
        commits = new GroupCommit(queue, current, contents, clock, sync, ticker, listener());
    }

    private void tell(Runnable event) {
        logs.tell("archive", event);
    }

    private GroupCommit.Listener listener() {
        return new GroupCommit.Listener() {
            @Override
            public void onWritten(int entries, long bytes, long nanos, long oldestNanos) {
                tell(() -> observer.onWritten(entries, bytes, nanos, oldestNanos));
            }

            @Override
            public String explain(Throwable cause) {
                return StartErrors.isFull(cause)
                        ? "the disk of the archive in " + folder.path() + " is full"
                        : "the archive in "
                                + folder.path()
                                + " cannot be written: "
                                + StartErrors.text(cause);
            }

            @Override
            public void onWriteFailed(Throwable cause, String why) {
                condition.failed(cause, why);
                logs.say(LOG, Level.ERROR, "archive_write_failed", cause, "folder", folder.path());
                tell(observer::onWriteFailed);
                upkeep.schedule();
            }
        };
    }

    @Override
    public CompletionStage<@Nullable Void> start() {
        CompletableFuture<@Nullable Void> started = new CompletableFuture<>();
        try {
            upkeep.execute(() -> start(started));
        } catch (RejectedExecutionException e) {
            started.completeExceptionally(unavailable("the archive is closed"));
        }
        return started;
    }

    private void start(CompletableFuture<@Nullable Void> started) {
        try {
            current.set(open());
            dropTime.start(contents.entries().reachedMillis());
            writing.execute(commits);
            queue.open();
            if (condition.available()) {
                upkeep.schedule();
                started.complete(null);
            } else {
                started.completeExceptionally(unavailable("the archive was closed"));
            }
        } catch (BackboneStartException | RuntimeException | Error e) {
            started.completeExceptionally(e);
        }
    }

    private Store open() throws BackboneStartException {
        boolean isNew = folder.prepare();
        NativeLibrary.load(folder);
        Store store = null;
        boolean usable = false;
        try {
            store = Store.open(folder.store(), isNew);
            contents.load(store, clock.millis());
            if (isNew) {
                identify();
            } else if (folder.isToName()) {
                folder.identify();
            }
            usable = true;
            return store;
        } catch (RocksDBException e) {
            throw StartErrors.of(folder.path(), e);
        } catch (IOException e) {
            throw StartErrors.of(folder.path(), e);
        } catch (IllegalStateException e) {
            throw StartErrors.damaged(folder.path(), e);
        } finally {
            if (!usable && store != null) {
                store.close();
            }
        }
    }

    private void identify() throws IOException, BackboneStartException {
        if (!contents.shards().isEmpty()) {
            throw StartErrors.of(
                    folder.path(),
                    "is damaged: it has entries, but no file "
                            + Folder.IDENTITY
                            + " that says whose they are. Restore that file from a backup");
        }
        folder.identify();
    }

    @Override
    public CompletionStage<ArchiveWriter> writer(String origin, int shard) {
        if (shard < 0 || shard >= settings.shards()) {
            throw new IllegalArgumentException(
                    "shard: must be from 0 to " + (settings.shards() - 1) + ", not " + shard);
        }
        Lease lease = new Lease(origin, shard);
        synchronized (lock) {
            if (!condition.isStarted()) {
                return CompletableFuture.failedFuture(unavailable("the archive is not open"));
            }
            if (writers.containsKey(lease)) {
                return CompletableFuture.failedFuture(
                        unavailable("shard " + shard + " has a writer already"));
            }
            FileWriter writer =
                    new FileWriter(
                            contents.shards().of(origin, shard),
                            queue,
                            returned -> giveBack(lease, returned));
            writers.put(lease, writer);
            return CompletableFuture.completedFuture(writer);
        }
    }

    private void giveBack(Lease lease, FileWriter writer) {
        synchronized (lock) {
            writers.remove(lease, writer);
        }
    }

    private static UnavailableException unavailable(String why) {
        return new UnavailableException(why, WorkQueue.RETRY_AFTER);
    }

    @Override
    public CompletionStage<ArchivePage> readAfter(
            String channel, String origin, @Nullable Position after, PageBounds bounds) {
        return readLane.ask(store -> reads.after(store, channel, origin, after, bounds));
    }

    @Override
    public CompletionStage<ArchivePage> readBefore(
            String channel, String origin, @Nullable Position before, PageBounds bounds) {
        return readLane.ask(store -> reads.before(store, channel, origin, before, bounds));
    }

    @Override
    public CompletionStage<@Nullable Position> at(String channel, String origin, Instant instant) {
        return readLane.ask(store -> reads.at(store, channel, origin, instant));
    }

    @Override
    public CompletionStage<@Nullable Cursor> tops(String channel) {
        return lookUpLane.ask(store -> reads.tops(store, channel));
    }

    @Override
    public CompletionStage<@Nullable Position> find(
            String channel, String publisher, String msgId) {
        return lookUpLane.ask(store -> reads.find(store, channel, publisher, msgId));
    }

    @Override
    public Instant keptSince() {
        return Instant.ofEpochMilli(clock.millis()).minus(settings.retention());
    }

    @Override
    public ArchiveHealth health() {
        return condition.health();
    }

    /** How often the disk has synced writes since the store was opened; 0 if none is open. */
    long syncs() {
        Store store = current.acquire();
        if (store == null) {
            return 0;
        }
        try {
            return store.syncs();
        } finally {
            store.release();
        }
    }

    /** What was handed over is written first; waits for each thread for at most 30 s. */
    @Override
    public void close() {
        if (!condition.close()) {
            return;
        }
        upkeep.close();
        queue.end();
        writing.shutdown();
        ArchiveThreads.awaitEnd(writing, WRITING);
        completing.shutdown();
        ArchiveThreads.awaitEnd(completing, COMPLETING);
        readLane.close();
        lookUpLane.close();
        Store store = current.remove();
        if (store != null) {
            // Whoever still uses it closes it at its end.
            store.close();
        }
    }
}
