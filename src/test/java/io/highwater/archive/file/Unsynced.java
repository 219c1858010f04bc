package io.highwater.archive.file;

import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** The mutation: what is written is acknowledged before the disk has it. Stateless. */
final class Unsynced implements GroupCommit.Sync {
    @Override
    public void write(Store store, WriteBatch batch) throws RocksDBException {
        try (WriteOptions notSynced = new WriteOptions().setSync(false)) {
            store.db().write(notSynced, batch);
        }
    }
}
