package io.highwater.archive.file;

import io.highwater.archive.ArchivedEntry;
import io.highwater.archive.queue.ShardState;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ShardPosition;
import io.highwater.backbone.UnavailableException;
import io.highwater.protocol.Position;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * One write while it is put together: entries of any shards, with what belongs to them. Confined to
 * the thread that writes.
 */
final class Commit {
    private record Name(String channel, String origin) {}

    private final Store store;
    private final WriteBatch batch;
    private final Segments entries;
    private final Segments messages;
    private final long nowMillis;

    /** The highest position of each channel in this write; it is put once. */
    private final Map<Name, Rows.Top> tops = new HashMap<>();

    private final Set<ShardState> moved = new LinkedHashSet<>();

    /** How many entries it has, repeats included. */
    private int count;

    Commit(Store store, WriteBatch batch, Segments entries, Segments messages, long nowMillis) {
        this.store = store;
        this.batch = batch;
        this.entries = entries;
        this.messages = messages;
        this.nowMillis = nowMillis;
    }

    Store store() {
        return store;
    }

    WriteBatch batch() {
        return batch;
    }

    /** How many entries were appended, repeats included. */
    int count() {
        return count;
    }

    /** See {@link io.highwater.archive.ArchiveWriter#begin}. */
    void begin(ShardState shard, ShardPosition base) {
        if (shard.begin(base)) {
            moved.add(shard);
        }
    }

    /**
     * See {@link io.highwater.archive.ArchiveWriter#append}.
     *
     * @return null; or why the entries cannot be archived, in which case none of them is written
     */
    @Nullable UnavailableException append(ShardState shard, List<ArchivedEntry> handedOver)
            throws RocksDBException {
        ShardState.Sorted sorted = shard.append(handedOver);
        for (ArchivedEntry entry : sorted.old()) {
            addIfMissing(shard, entry);
        }
        for (ArchivedEntry entry : sorted.next()) {
            EntryKeys keys = new EntryKeys(entry.entry().channel(), shard.origin());
            int segment = entries.current(batch, nowMillis);
            add(entry, keys, segment);
            // No channel has a higher one.
            tops.put(nameOf(entry), new Rows.Top(shard.number(), segment, positionIn(entry)));
        }
        if (!sorted.next().isEmpty()) {
            moved.add(shard);
        }
        count += handedOver.size();
        return sorted.refusal();
    }

    private void addIfMissing(ShardState shard, ArchivedEntry entry) throws RocksDBException {
        Position position = positionIn(entry);
        EntryKeys keys = new EntryKeys(entry.entry().channel(), shard.origin());
        try (RocksIterator rows = store.rows()) {
            EntryCursor cursor = new EntryCursor(rows, keys, entries.view());
            boolean isLast = !cursor.seek(position);
            if (!isLast && cursor.isAt(position)) {
                return;
            }
            // A late one goes where the entry after it lies, or a channel's segments would overlap.
            int segment = isLast ? entries.current(batch, nowMillis) : cursor.segment();
            add(entry, keys, segment);
            if (isLast) {
                raiseTop(nameOf(entry), new Rows.Top(shard.number(), segment, position));
            }
        }
    }

    private void add(ArchivedEntry entry, EntryKeys keys, int segment) throws RocksDBException {
        Entry inner = entry.entry();
        batch.put(keys.key(segment, inner.position()), Rows.entry(entry));
        batch.put(
                Keys.message(
                        messages.current(batch, nowMillis),
                        Keys.digest(inner.channel(), entry.publisher(), inner.msgId())),
                Rows.message(inner.position()));
    }

    private void raiseTop(Name name, Rows.Top top) throws RocksDBException {
        Rows.Top known = tops.get(name);
        if (known == null) {
            byte[] row = store.db().get(Keys.top(name.channel, name.origin));
            known = row == null ? null : Rows.top(name.origin, row);
        }
        if (known == null || top.position().isAfter(known.position())) {
            tops.put(name, top);
        }
    }

    /** Adds what is put once, at the end. */
    void complete() throws RocksDBException {
        messages.dropAllButTwo(batch);
        for (Map.Entry<Name, Rows.Top> top : tops.entrySet()) {
            Name name = top.getKey();
            batch.put(Keys.top(name.channel, name.origin), Rows.top(top.getValue()));
        }
        for (ShardState shard : moved) {
            ShardPosition last = shard.last();
            if (last != null) {
                batch.put(Keys.watermark(shard.origin(), shard.number()), Rows.watermark(last));
            }
        }
    }

    private static Name nameOf(ArchivedEntry entry) {
        return new Name(entry.entry().channel(), positionIn(entry).origin());
    }

    private static Position positionIn(ArchivedEntry entry) {
        return entry.entry().position();
    }
}
