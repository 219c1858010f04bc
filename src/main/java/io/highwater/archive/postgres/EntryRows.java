package io.highwater.archive.postgres;

import io.highwater.archive.ArchivedEntry;
import io.highwater.backbone.Entry;
import io.highwater.protocol.Position;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Entries that one statement adds, with the tops of their channels. Confined to the thread that
 * writes.
 *
 * <p>Statements wait for each other's rows: two nodes may add the same entries at the same time. So
 * that no two can wait for each other, all lock rows in one order: those of shards by origin and
 * number, then entries in the order of their shards, then tops by name. The parts of a statement
 * have no order of their own: the tops ask for the entries, so they come after them. Statements
 * that can do without a row skip it if it is locked.
 */
final class EntryRows {
    /**
     * The parts of a statement that add the rows. Before them comes a part {@code open} with the
     * slots of those shards that may get entries: slot, origin, shard.
     */
    static final String PARTS =
            """
            added AS (
                INSERT INTO entry (
                    generation, channel_sequence, shard_sequence, ts,
                    previous_generation, previous_shard_sequence, previous_channel_sequence,
                    message, archived_in, shard, secret, late,
                    channel, origin, publisher, msg_id, key, data)
                SELECT
                    e.generation, e.channel_sequence, e.shard_sequence,
                    to_timestamp(e.millis / 1000.0),
                    e.previous_generation, e.previous_shard_sequence, e.previous_channel_sequence,
                    e.message, extract(epoch FROM now())::bigint / 600, open.shard,
                    e.flags & 1 <> 0, e.flags & 2 <> 0,
                    e.channel, open.origin, e.publisher, e.msg_id, e.key, e.data
                FROM unnest(
                        ?::int[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[],
                        ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::int[],
                        ?::text[], ?::text[], ?::text[], ?::bytea[])
                    WITH ORDINALITY AS e (
                        slot, channel, generation, channel_sequence, shard_sequence, millis,
                        previous_generation, previous_shard_sequence, previous_channel_sequence,
                        message, flags, publisher, msg_id, key, data, number)
                JOIN open USING (slot)
                WHERE e.flags & 4 = 0 OR NOT EXISTS (
                    SELECT FROM entry AS known
                    WHERE known.channel = e.channel AND known.origin = open.origin
                        AND known.generation = e.generation
                        AND known.channel_sequence = e.channel_sequence)
                ORDER BY e.number
                ON CONFLICT DO NOTHING
                RETURNING 1
            ), raised AS (
                INSERT INTO top AS t (
                    channel, origin, shard, generation, shard_sequence, channel_sequence, ts)
                SELECT
                    n.channel, open.origin, open.shard,
                    n.generation, n.shard_sequence, n.channel_sequence,
                    to_timestamp(n.millis / 1000.0)
                FROM unnest(
                        ?::int[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[])
                    WITH ORDINALITY AS n (
                        slot, channel, generation, shard_sequence, channel_sequence, millis,
                        number)
                JOIN open USING (slot)
                WHERE (SELECT count(*) FROM added) >= 0
                ORDER BY n.number
                ON CONFLICT (channel, origin) DO UPDATE
                SET shard = excluded.shard, generation = excluded.generation,
                    shard_sequence = excluded.shard_sequence,
                    channel_sequence = excluded.channel_sequence, ts = excluded.ts
                WHERE (excluded.generation, excluded.channel_sequence)
                    > (t.generation, t.channel_sequence)
            )
            """;

    private static final int SECRET = 1;
    private static final int LATE = 2;
    private static final int MAY_EXIST = 4;

    private record Row(int slot, ArchivedEntry archived, boolean mayExist) {
        Entry entry() {
            return archived.entry();
        }

        String channel() {
            return archived.entry().channel();
        }

        Position position() {
            return archived.entry().position();
        }

        long millis() {
            return Times.stored(archived.wallMillis());
        }
    }

    private record Name(String channel, int slot) {}

    private final List<Row> rows = new ArrayList<>();

    /** The highest position of each channel. */
    private final Map<Name, Row> tops = new HashMap<>();

    /**
     * Adds an entry that cannot be there yet, but from a statement that is under way.
     *
     * @param slot of its shard; those of a shard come in its order
     */
    void add(int slot, ArchivedEntry entry) {
        add(new Row(slot, entry, false));
    }

    /** Adds an entry that may be there already, even under another time. */
    void addIfMissing(int slot, ArchivedEntry entry) {
        add(new Row(slot, entry, true));
    }

    private void add(Row row) {
        rows.add(row);
        tops.merge(
                new Name(row.channel(), row.slot),
                row,
                (one, two) -> two.position().isAfter(one.position()) ? two : one);
    }

    int size() {
        return rows.size();
    }

    /** The days of the entries. */
    Set<LocalDate> days() {
        Set<LocalDate> days = new TreeSet<>();
        rows.forEach(row -> days.add(Times.dayOf(row.millis())));
        return days;
    }

    /** Sets the parameters of {@link #PARTS}. */
    void set(Parameters parameters) throws SQLException {
        parameters.addInts(rows, Row::slot);
        parameters.addTexts(rows, Row::channel);
        parameters.addLongs(rows, row -> row.position().generation());
        parameters.addLongs(rows, row -> row.position().channelSequence());
        parameters.addLongs(rows, row -> row.position().shardSequence());
        parameters.addLongs(rows, Row::millis);
        parameters.addLongsOrNull(rows, row -> previous(row, Position::generation));
        parameters.addLongsOrNull(rows, row -> previous(row, Position::shardSequence));
        parameters.addLongsOrNull(rows, row -> previous(row, Position::channelSequence));
        parameters.addLongs(rows, EntryRows::message);
        parameters.addInts(rows, EntryRows::flags);
        parameters.addTexts(rows, row -> Texts.stored(row.archived.publisher()));
        parameters.addTexts(rows, row -> Texts.stored(row.entry().msgId()));
        parameters.addTexts(rows, row -> Texts.storedOrNull(row.entry().key()));
        parameters.addBytes(rows, row -> row.entry().data());
        setTops(parameters);
    }

    private void setTops(Parameters parameters) throws SQLException {
        List<Row> raised = new ArrayList<>(tops.values());
        raised.sort(Comparator.comparing(Row::channel).thenComparing(Row::slot));
        parameters.addInts(raised, Row::slot);
        parameters.addTexts(raised, Row::channel);
        parameters.addLongs(raised, row -> row.position().generation());
        parameters.addLongs(raised, row -> row.position().shardSequence());
        parameters.addLongs(raised, row -> row.position().channelSequence());
        parameters.addLongs(raised, Row::millis);
    }

    private static @Nullable Long previous(Row row, ToLongFunction<Position> part) {
        Position previous = row.entry().previous();
        return previous == null ? null : part.applyAsLong(previous);
    }

    private static long message(Row row) {
        return Texts.message(row.channel(), row.archived.publisher(), row.entry().msgId());
    }

    private static int flags(Row row) {
        return (row.entry().secret() ? SECRET : 0)
                | (row.entry().late() ? LATE : 0)
                | (row.mayExist ? MAY_EXIST : 0);
    }
}
