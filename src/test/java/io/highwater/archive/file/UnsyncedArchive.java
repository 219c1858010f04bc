package io.highwater.archive.file;

import io.highwater.archive.Archive;
import io.highwater.archive.ArchiveObserver;
import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import io.highwater.time.WallClock;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The mutation of {@link FileArchive}: it acknowledges what the disk may not have. A test that
 * looks for lost messages after a power cut has to find some. Stateless.
 */
public final class UnsyncedArchive {
    private UnsyncedArchive() {}

    public static Archive create(
            FileArchiveSettings settings, WallClock clock, TimerWheel wheel, LogLimit logs) {
        return new FileArchive(
                settings,
                clock,
                Ticker.system(),
                wheel,
                ArchiveObserver.NONE,
                logs,
                UnsyncedArchive::write);
    }

    static void write(Store store, WriteBatch batch) throws RocksDBException {
        try (WriteOptions notSynced = new WriteOptions().setSync(false)) {
            store.db().write(notSynced, batch);
        }
    }
}
