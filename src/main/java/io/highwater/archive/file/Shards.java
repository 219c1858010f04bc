package io.highwater.archive.file;

import io.highwater.archive.queue.ShardState;
import io.highwater.backbone.ShardPosition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** The shards of all origins that were ever written. Thread-safe. */
final class Shards {
    private record Name(String origin, int shard) {}

    private final Map<Name, ShardState> states = new ConcurrentHashMap<>();

    /**
     * Reads the watermarks of a store that was opened.
     *
     * @return the shards of which an acknowledged write is missing; if there are any, nothing has
     *     changed
     */
    List<String> load(Store store) throws RocksDBException {
        Map<Name, ShardPosition> read = read(store);
        List<String> behind = new ArrayList<>();
        states.forEach(
                (name, state) -> {
                    ShardPosition archived = state.archived();
                    ShardPosition found = read.get(name);
                    if (archived != null
                            && (found == null || ShardState.isAfter(archived, found))) {
                        behind.add(name.origin + "/" + name.shard);
                    }
                });
        if (behind.isEmpty()) {
            read.forEach((name, found) -> of(name.origin, name.shard).reread(found));
        }
        return behind;
    }

    private static Map<Name, ShardPosition> read(Store store) throws RocksDBException {
        Map<Name, ShardPosition> read = new HashMap<>();
        byte[] prefix = Keys.watermarks();
        try (RocksIterator rows = store.scan()) {
            for (rows.seek(prefix); rows.isValid(); rows.next()) {
                byte[] key = rows.key();
                if (!Keys.startsWith(key, prefix)) {
                    break;
                }
                String origin = Keys.originOfWatermark(key);
                read.put(
                        new Name(origin, Keys.shardOfWatermark(key)),
                        Rows.watermark(origin, rows.value()));
            }
            rows.status();
        }
        return read;
    }

    ShardState of(String origin, int shard) {
        return states.computeIfAbsent(
                new Name(origin, shard), name -> new ShardState(origin, shard));
    }

    boolean isEmpty() {
        return states.isEmpty();
    }

    /** The generation that a shard's writer is in; null for a new shard. */
    @Nullable Long generation(String origin, int shard) {
        ShardState state = states.get(new Name(origin, shard));
        ShardPosition archived = state == null ? null : state.archived();
        return archived == null ? null : archived.generation();
    }

    /** The write is done. Called by the thread that writes, as is {@link #forget}. */
    void written() {
        states.values().forEach(ShardState::written);
    }

    void forget() {
        states.values().forEach(ShardState::forget);
    }
}
