package io.highwater.archive.postgres;

import io.highwater.archive.ArchivedEntry;
import io.highwater.archive.queue.ShardState;
import io.highwater.backbone.ShardPosition;
import io.highwater.backbone.UnavailableException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
            WITH open AS (
                UPDATE shard AS s
                SET generation = m.generation, sequence = m.sequence,
                    expires = clock_timestamp() + make_interval(secs => ?)
                FROM (
                    SELECT asked.slot, l.origin, l.shard, asked.generation, asked.sequence
                    FROM unnest(
                            ?::int[], ?::text[], ?::int[], ?::bigint[], ?::bigint[], ?::bigint[])
                        AS asked (slot, origin, shard, token, generation, sequence)
                    JOIN shard AS l
                        ON l.origin = asked.origin AND l.shard = asked.shard
                            AND l.token = asked.token
                    ORDER BY l.origin, l.shard
                    FOR NO KEY UPDATE OF l) AS m
                WHERE s.origin = m.origin AND s.shard = m.shard
                RETURNING m.slot, m.origin, m.shard
            ),
            """
                    + EntryRows.PARTS
                    + "SELECT slot FROM open";

    /** The place of each lease in the arrays of the statement. */
    private final Map<Lease, Integer> slots = new LinkedHashMap<>();

    private final EntryRows rows = new EntryRows();

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
            rows.addIfMissing(slot(lease), entry);
        }
        for (ArchivedEntry entry : sorted.next()) {
            rows.add(slot(lease), entry);
        }
        return sorted.refusal();
    }

    private int slot(Lease lease) {
        return slots.computeIfAbsent(lease, added -> slots.size());
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
        return rows.days();
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
            setShards(parameters);
            rows.set(parameters);
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

    private void setShards(Parameters parameters) throws SQLException {
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
}
