package io.highwater.archive.file;

import java.time.Duration;
import java.util.List;
import org.rocksdb.RocksDBException;

/**
 * What is known of the store's contents without asking it: how far each shard is, and which
 * segments there are. Changed by the thread that writes, and by a start or a recovery while that
 * thread has nothing to write.
 */
final class Contents {
    /** A message is found for at least this long. */
    static final Duration MESSAGES_FOR = Duration.ofMinutes(5);

    private final Shards shards = new Shards();
    private final Segments entries;
    private final Segments messages = new Segments(Keys.MESSAGE, MESSAGES_FOR.toMillis());

    Contents(Duration segmentLength) {
        entries = new Segments(Keys.ENTRY, segmentLength.toMillis());
    }

    /**
     * Reads them from a store that was opened.
     *
     * @return the shards of which the store lacks entries that were acknowledged in this life; if
     *     there are any, nothing has changed
     */
    List<String> load(Store store, long nowMillis) throws RocksDBException {
        List<String> behind = shards.load(store);
        if (behind.isEmpty()) {
            entries.load(store, nowMillis);
            messages.load(store, nowMillis);
        }
        return behind;
    }

    Shards shards() {
        return shards;
    }

    Segments entries() {
        return entries;
    }

    Segments messages() {
        return messages;
    }

    /** The write under way is done, and its changes take effect. */
    void written() {
        entries.written();
        messages.written();
        shards.written();
    }

    /** The write under way failed. */
    void forget() {
        entries.forget();
        messages.forget();
        shards.forget();
    }
}
