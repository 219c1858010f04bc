package io.highwater.archive.postgres;

import io.highwater.archive.ArchivedEntry;
import io.highwater.archive.queue.ShardState;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ShardPosition;
import io.highwater.backbone.UnavailableException;
import io.highwater.protocol.Position;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One write while it is put together: entries of any shards, with what belongs to them. Confined to
 * the thread that writes.
 *
 * <p>It is one statement, so one round trip, and no transaction is left open when a node dies. It
 * first moves the watermarks of those shards whose tokens are still ours, which locks their rows;
 * only entries of these shards are added.
 */
final class Commit {
    private static final String SQL =
            """
            WITH moved AS (
                UPDATE shard AS s
                SET generation = m.generation, sequence = m.sequence,
                    expires = clock_timestamp() + make_interval(secs => ?)
                FROM unnest(?::int[], ?::text[], ?::int[], ?::bigint[], ?::bigint[], ?::bigint[])
                    AS m (slot, origin, shard, token, generation, sequence)
                WHERE s.origin = m.origin AND s.shard = m.shard AND s.token = m.token
                RETURNING m.slot, m.origin, m.shard
            ), added AS (
                INSERT INTO entry (
                    generation, channel_sequence, shard_sequence, ts,
                    previous_generation, previous_shard_sequence, previous_channel_sequence,
                    message, archived_in, secret, late,
                    channel, origin, publisher, msg_id, key, data)
                SELECT
                    e.generation, e.channel_sequence, e.shard_sequence,
                    to_timestamp(e.millis / 1000.0),
                    e.previous_generation, e.previous_shard_sequence, e.previous_channel_sequence,
                    e.message, extract(epoch FROM now())::bigint / 600,
                    e.flags & 1 <> 0, e.flags & 2 <> 0,
                    e.channel, moved.origin, e.publisher, e.msg_id, e.key, e.data
                FROM unnest(
                        ?::int[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[],
                        ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::int[],
                        ?::text[], ?::text[], ?::text[], ?::bytea[])
                    AS e (
                        slot, channel, generation, channel_sequence, shard_sequence, millis,
                        previous_generation, previous_shard_sequence, previous_channel_sequence,
                        message, flags, publisher, msg_id, key, data)
                JOIN moved USING (slot)
                WHERE e.flags & 4 = 0 OR NOT EXISTS (
                    SELECT FROM entry AS known
                    WHERE known.channel = e.channel AND known.origin = moved.origin
                        AND known.generation = e.generation
                        AND known.channel_sequence = e.channel_sequence)
                ON CONFLICT DO NOTHING
            ), raised AS (
                INSERT INTO top AS t (
                    channel, origin, shard, generation, shard_sequence, channel_sequence, ts)
                SELECT
                    n.channel, moved.origin, moved.shard,
                    n.generation, n.shard_sequence, n.channel_sequence,
                    to_timestamp(n.millis / 1000.0)
                FROM unnest(
                        ?::int[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[])
                    AS n (slot, channel, generation, shard_sequence, channel_sequence, millis)
                JOIN moved USING (slot)
                ON CONFLICT (channel, origin) DO UPDATE
                SET shard = excluded.shard, generation = excluded.generation,
                    shard_sequence = excluded.shard_sequence,
                    channel_sequence = excluded.channel_sequence, ts = excluded.ts
                WHERE (excluded.generation, excluded.channel_sequence)
                    > (t.generation, t.channel_sequence)
            )
            SELECT slot FROM moved
            """;

    private static final int SECRET = 1;
    private static final int LATE = 2;

    /** At or before the watermark, so that it may be there already, even under another time. */
    private static final int OLD = 4;

    private record Row(int slot, ArchivedEntry archived, boolean old) {
        Entry entry() {
            return archived.entry();
        }

        Position position() {
            return archived.entry().position();
        }

        long millis() {
            return Times.stored(archived.wallMillis());
        }
    }

    private record Name(String channel, int slot) {}

    /** The place of each lease in the arrays of the statement. */
    private final Map<Lease, Integer> slots = new LinkedHashMap<>();

    private final List<Row> rows = new ArrayList<>();

    /** The highest position of each channel in this write. */
    private final Map<Name, Row> tops = new HashMap<>();

    /** See {@link io.highwater.archive.ArchiveWriter#begin}. */
    void begin(Lease lease, ShardPosition base) {
        if (lease.shard().begin(base)) {
            slot(lease);
        }
    }

    /**
     * See {@link io.highwater.archive.ArchiveWriter#append}.
     *
     * @return null; or why the entries cannot be archived, in which case none of them is written
     */
    @Nullable UnavailableException append(Lease lease, List<ArchivedEntry> entries) {
        ShardState.Sorted sorted = lease.shard().append(entries);
        for (ArchivedEntry entry : sorted.old()) {
            add(new Row(slot(lease), entry, true));
        }
        for (ArchivedEntry entry : sorted.next()) {
            add(new Row(slot(lease), entry, false));
        }
        return sorted.refusal();
    }

    private int slot(Lease lease) {
        return slots.computeIfAbsent(lease, added -> slots.size());
    }

    private void add(Row row) {
        rows.add(row);
        tops.merge(
                new Name(row.entry().channel(), row.slot),
                row,
                (one, two) -> two.position().isAfter(one.position()) ? two : one);
    }

    boolean isEmpty() {
        return slots.isEmpty();
    }

    int entries() {
        return rows.size();
    }

    /** The shards that it moves. */
    Set<Lease> leases() {
        return slots.keySet();
    }

    /** The days of its entries. */
    Set<LocalDate> days() {
        Set<LocalDate> days = new TreeSet<>();
        rows.forEach(row -> days.add(Times.dayOf(row.millis())));
        return days;
    }

    /**
     * Writes all of it, in one step.
     *
     * @param leaseFor the leases are renewed with it
     * @return the leases that are lost: nothing of their shards was written
     */
    Set<Lease> write(Connection connection, Duration leaseFor) throws SQLException {
        Set<Integer> moved = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(SQL)) {
            Parameters parameters = new Parameters(connection, statement);
            parameters.add(leaseFor.toMillis() / 1_000.0);
            addShards(parameters);
            addRows(parameters);
            addTops(parameters);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    moved.add(found.getInt(1));
                }
            }
        }
        Set<Lease> lost = new HashSet<>();
        slots.forEach(
                (lease, slot) -> {
                    if (!moved.contains(slot)) {
                        lost.add(lease);
                    }
                });
        return lost;
    }

    private void addShards(Parameters parameters) throws SQLException {
        List<Lease> leases = List.copyOf(slots.keySet());
        parameters.addInts(leases, slots::get);
        parameters.addTexts(leases, lease -> lease.shard().origin());
        parameters.addInts(leases, lease -> lease.shard().number());
        parameters.addLongs(leases, Lease::token);
        parameters.addLongs(leases, lease -> last(lease).generation());
        parameters.addLongs(leases, lease -> last(lease).sequence());
    }

    private static ShardPosition last(Lease lease) {
        ShardPosition last = lease.shard().last();
        if (last == null) {
            throw new IllegalStateException("a shard with entries has a position");
        }
        return last;
    }

    private void addRows(Parameters parameters) throws SQLException {
        parameters.addInts(rows, Row::slot);
        parameters.addTexts(rows, row -> row.entry().channel());
        parameters.addLongs(rows, row -> row.position().generation());
        parameters.addLongs(rows, row -> row.position().channelSequence());
        parameters.addLongs(rows, row -> row.position().shardSequence());
        parameters.addLongs(rows, Row::millis);
        parameters.addLongsOrNull(rows, row -> of(row.entry().previous(), Position::generation));
        parameters.addLongsOrNull(rows, row -> of(row.entry().previous(), Position::shardSequence));
        parameters.addLongsOrNull(
                rows, row -> of(row.entry().previous(), Position::channelSequence));
        parameters.addLongs(
                rows,
                row ->
                        Texts.message(
                                row.entry().channel(),
                                row.archived.publisher(),
                                row.entry().msgId()));
        parameters.addInts(rows, Commit::flags);
        parameters.addTexts(rows, row -> Texts.stored(row.archived.publisher()));
        parameters.addTexts(rows, row -> Texts.stored(row.entry().msgId()));
        parameters.addTexts(rows, row -> Texts.storedOrNull(row.entry().key()));
        parameters.addBytes(rows, row -> row.entry().data());
    }

    private static @Nullable Long of(
            @Nullable Position position, java.util.function.ToLongFunction<Position> part) {
        return position == null ? null : part.applyAsLong(position);
    }

    private static int flags(Row row) {
        return (row.entry().secret() ? SECRET : 0)
                | (row.entry().late() ? LATE : 0)
                | (row.old ? OLD : 0);
    }

    private void addTops(Parameters parameters) throws SQLException {
        List<Row> raised = List.copyOf(tops.values());
        parameters.addInts(raised, Row::slot);
        parameters.addTexts(raised, row -> row.entry().channel());
        parameters.addLongs(raised, row -> row.position().generation());
        parameters.addLongs(raised, row -> row.position().shardSequence());
        parameters.addLongs(raised, row -> row.position().channelSequence());
        parameters.addLongs(raised, Row::millis);
    }
}
