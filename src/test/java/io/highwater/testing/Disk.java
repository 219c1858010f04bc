package io.highwater.testing;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.archive.ArchivedEntry;
import io.highwater.backbone.Entry;
import io.highwater.backbone.PublisherName;
import io.highwater.backbone.ShardPosition;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a {@link MemoryArchive} has written. Thread-safe. */
public final class Disk {
    private record Log(String channel, String origin) {}

    private static final Comparator<Position> ORDER =
            Comparator.comparingLong(Position::generation)
                    .thenComparingLong(Position::channelSequence);

    private static final Comparator<ShardPosition> SHARD_ORDER =
            Comparator.comparingLong(ShardPosition::generation)
                    .thenComparingLong(ShardPosition::sequence);

    @GuardedBy("this")
    private final Map<Log, TreeMap<Position, ArchivedEntry>> logs = new HashMap<>();

    @GuardedBy("this")
    private final Map<Log, Position> tops = new HashMap<>();

    @GuardedBy("this")
    private final Map<String, ShardPosition> watermarks = new HashMap<>();

    /** The entries of each shard, in its order. */
    @GuardedBy("this")
    private final Map<String, TreeMap<ShardPosition, ArchivedEntry>> shards = new HashMap<>();

    @GuardedBy("this")
    private Instant keptSince = Instant.EPOCH;

    /** The writers of shards. */
    @GuardedBy("this")
    private final Map<String, Object> leases = new HashMap<>();

    /** Drops what was appended before an instant, as retention does. */
    public synchronized void dropBefore(Instant instant) {
        keptSince = instant;
        logs.values().forEach(log -> log.values().removeIf(entry -> isBefore(entry, instant)));
        shards.values().forEach(all -> all.values().removeIf(entry -> isBefore(entry, instant)));
    }

    private static boolean isBefore(ArchivedEntry entry, Instant instant) {
        return Instant.ofEpochMilli(entry.wallMillis()).isBefore(instant);
    }

    synchronized Instant keptSince() {
        return keptSince;
    }

    /** How many entries there are of all channels. */
    public synchronized int size() {
        return logs.values().stream().mapToInt(TreeMap::size).sum();
    }

    /** False if another writer has the lease. */
    synchronized boolean lease(String shard, Object writer) {
        return leases.putIfAbsent(shard, writer) == null;
    }

    synchronized void giveBack(String shard, Object writer) {
        leases.remove(shard, writer);
    }

    synchronized boolean hasLease(String shard, Object writer) {
        return leases.get(shard) == writer;
    }

    synchronized @Nullable ShardPosition watermark(String shard) {
        return watermarks.get(shard);
    }

    synchronized void begin(String shard, ShardPosition base) {
        ShardPosition archived = watermarks.get(shard);
        if (archived == null || MemoryArchive.isAfter(base, archived)) {
            watermarks.put(shard, base);
        }
    }

    synchronized void append(String shard, List<ArchivedEntry> entries) {
        for (ArchivedEntry archived : entries) {
            add(shard, archived);
            begin(shard, MemoryArchive.shardPosition(archived));
        }
    }

    /** As if the last entry of a shard had never been written. */
    synchronized void loseLast(String shard) {
        TreeMap<ShardPosition, ArchivedEntry> entries = shards.get(shard);
        if (entries == null || entries.isEmpty()) {
            return;
        }
        ShardPosition lost = entries.lastKey();
        Entry entry = entries.remove(lost).entry();
        Log log = new Log(entry.channel(), lost.origin());
        TreeMap<Position, ArchivedEntry> kept = log(log.channel, log.origin);
        kept.remove(entry.position());
        if (kept.isEmpty()) {
            tops.remove(log);
        } else {
            tops.put(log, kept.lastKey());
        }
        watermarks.put(shard, lost.at(lost.sequence() - 1));
    }

    /** Whether no later generation had begun. */
    synchronized boolean add(String shard, List<ArchivedEntry> entries) {
        ShardPosition archived = watermarks.get(shard);
        boolean inTime = true;
        for (ArchivedEntry entry : entries) {
            add(shard, entry);
            inTime &=
                    archived == null
                            || archived.generation() <= entry.entry().position().generation();
        }
        return inTime;
    }

    @GuardedBy("this")
    private void add(String shard, ArchivedEntry archived) {
        Entry entry = archived.entry();
        Position position = entry.position();
        Log log = new Log(entry.channel(), position.origin());
        ArchivedEntry kept = withoutNanos(archived);
        logs.computeIfAbsent(log, name -> new TreeMap<>(ORDER)).putIfAbsent(position, kept);
        shards.computeIfAbsent(shard, name -> new TreeMap<>(SHARD_ORDER))
                .putIfAbsent(MemoryArchive.shardPosition(archived), kept);
        tops.merge(log, position, (one, two) -> one.isAfter(two) ? one : two);
    }

    /** What lies between two positions of a shard, neither included. */
    synchronized List<ArchivedEntry> between(
            String shard, ShardPosition after, ShardPosition before) {
        TreeMap<ShardPosition, ArchivedEntry> entries = shards.get(shard);
        return entries == null || SHARD_ORDER.compare(after, before) >= 0
                ? List.of()
                : List.copyOf(entries.subMap(after, false, before, false).values());
    }

    private static ArchivedEntry withoutNanos(ArchivedEntry archived) {
        Entry entry = archived.entry();
        return new ArchivedEntry(
                new Entry(
                        entry.channel(),
                        entry.position(),
                        entry.previous(),
                        entry.msgId(),
                        entry.key(),
                        entry.secret(),
                        entry.data(),
                        0,
                        entry.late(),
                        PublisherName.ifSubject(archived.publisher())),
                archived.publisher(),
                archived.wallMillis());
    }

    synchronized List<ArchivedEntry> after(
            String channel, String origin, @Nullable Position after) {
        TreeMap<Position, ArchivedEntry> log = log(channel, origin);
        return List.copyOf((after == null ? log : log.tailMap(after, false)).values());
    }

    synchronized List<ArchivedEntry> before(
            String channel, String origin, @Nullable Position before) {
        TreeMap<Position, ArchivedEntry> log = log(channel, origin);
        return List.copyOf(
                (before == null ? log : log.headMap(before, false)).descendingMap().values());
    }

    synchronized @Nullable Position at(String channel, String origin, Instant instant) {
        return log(channel, origin).descendingMap().values().stream()
                .filter(entry -> isBefore(entry, instant))
                .map(entry -> entry.entry().position())
                .findFirst()
                .orElse(null);
    }

    synchronized @Nullable Cursor tops(String channel) {
        List<Position> known =
                tops.entrySet().stream()
                        .filter(top -> top.getKey().channel.equals(channel))
                        .map(Map.Entry::getValue)
                        .toList();
        return known.isEmpty() ? null : Cursor.of(known);
    }

    synchronized @Nullable Position find(String channel, String publisher, String msgId) {
        return logs.entrySet().stream()
                .filter(log -> log.getKey().channel.equals(channel))
                .flatMap(log -> log.getValue().values().stream())
                .filter(entry -> entry.publisher().equals(publisher))
                .map(ArchivedEntry::entry)
                .filter(entry -> entry.msgId().equals(msgId))
                .map(Entry::position)
                .findFirst()
                .orElse(null);
    }

    @GuardedBy("this")
    private TreeMap<Position, ArchivedEntry> log(String channel, String origin) {
        return logs.getOrDefault(new Log(channel, origin), new TreeMap<>(ORDER));
    }
}
