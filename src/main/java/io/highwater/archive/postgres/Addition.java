package io.highwater.archive.postgres;

import io.highwater.archive.ArchivedEntry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adds entries of a shard without its lease. The watermark stands still while it does, so whoever
 * sees a later generation there than it did finds the entries. Stateless.
 */
final class Addition {
    private static final String SQL =
            """
            WITH open AS (
                SELECT 0 AS slot, origin, shard, generation FROM shard
                WHERE origin = ? AND shard = ?
                FOR SHARE
            ),
            """
                    + EntryRows.PARTS
                    + "SELECT generation FROM open";

    /** A shard that nobody has written yet. */
    private static final String NEW =
            "INSERT INTO shard (origin, shard, token, owner, expires)"
                    + " VALUES (?, ?, 0, '', '-infinity') ON CONFLICT DO NOTHING";

    private Addition() {}

    /** See {@link io.highwater.archive.SharedArchive#add}. */
    static boolean add(
            Connection connection,
            Partitions partitions,
            String origin,
            int shard,
            List<ArchivedEntry> entries)
            throws SQLException {
        if (entries.isEmpty()) {
            return true;
        }
        EntryRows rows = new EntryRows();
        entries.forEach(entry -> rows.addIfMissing(0, entry));
        Boolean added = addOfAnyDay(connection, partitions, rows, origin, shard, entries);
        if (added == null) {
            begin(connection, origin, shard);
            added = addOfAnyDay(connection, partitions, rows, origin, shard, entries);
        }
        return added != null && added;
    }

    /**
     * As {@link #add(Connection, EntryRows, String, int, List)}, if their days are missing, too.
     */
    private static @Nullable Boolean addOfAnyDay(
            Connection connection,
            Partitions partitions,
            EntryRows rows,
            String origin,
            int shard,
            List<ArchivedEntry> entries)
            throws SQLException {
        try {
            return add(connection, rows, origin, shard, entries);
        } catch (SQLException e) {
            if (!SqlFailure.isOfPartition(e)) {
                throw e;
            }
        }
        partitions.make(rows.days());
        return add(connection, rows, origin, shard, entries);
    }

    /** Null if nobody knows the shard yet, and so nothing was added. */
    private static @Nullable Boolean add(
            Connection connection,
            EntryRows rows,
            String origin,
            int shard,
            List<ArchivedEntry> entries)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SQL)) {
            Parameters parameters = new Parameters(connection, statement);
            parameters.add(origin);
            parameters.add(shard);
            rows.set(parameters);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return null;
                }
                long reached = row.getLong(1);
                return row.wasNull()
                        || entries.stream()
                                .allMatch(e -> reached <= e.entry().position().generation());
            }
        }
    }

    private static void begin(Connection connection, String origin, int shard) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(NEW)) {
            statement.setString(1, origin);
            statement.setInt(2, shard);
            statement.executeUpdate();
        }
    }
}
