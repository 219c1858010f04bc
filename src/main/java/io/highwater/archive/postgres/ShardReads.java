package io.highwater.archive.postgres;

import io.highwater.archive.ArchivedEntry;
import io.highwater.archive.PageBounds;
import io.highwater.backbone.ShardPosition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads what shards have, whatever their channels. Stateless. */
final class ShardReads {
    private static final String WATERMARKS =
            "SELECT shard, generation, sequence FROM shard"
                    + " WHERE origin = ? AND generation IS NOT NULL";

    private static final String BETWEEN =
            "SELECT * FROM (SELECT "
                    + Rows.COLUMNS
                    + ", channel, row_number() OVER read AS number, sum("
                    + Rows.SIZE
                    + ") OVER read AS bytes"
                    + " FROM (SELECT * FROM entry WHERE shard = ?"
                    + " AND (generation, shard_sequence) > (?, ?)"
                    + " AND (generation, shard_sequence) < (?, ?)"
                    + " AND origin = ?"
                    + " ORDER BY generation, shard_sequence LIMIT ?) AS page"
                    + " WINDOW read AS (ORDER BY generation, shard_sequence"
                    + " ROWS UNBOUNDED PRECEDING)) AS sized"
                    + " WHERE number = 1 OR bytes <= ? ORDER BY number";

    private ShardReads() {}

    static Map<Integer, ShardPosition> watermarks(Connection connection, String origin)
            throws SQLException {
        Map<Integer, ShardPosition> watermarks = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(WATERMARKS)) {
            statement.setString(1, origin);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    watermarks.put(
                            row.getInt(1),
                            new ShardPosition(origin, row.getLong(2), row.getLong(3)));
                }
            }
        }
        return watermarks;
    }

    /** See {@link io.highwater.archive.SharedArchive#between}. */
    static List<ArchivedEntry> between(
            Connection connection,
            int shard,
            ShardPosition after,
            ShardPosition before,
            PageBounds bounds)
            throws SQLException {
        String origin = after.origin();
        List<ArchivedEntry> entries = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(BETWEEN)) {
            Parameters parameters = new Parameters(connection, statement);
            parameters.add(shard);
            parameters.add(after.generation());
            parameters.add(after.sequence());
            parameters.add(before.generation());
            parameters.add(before.sequence());
            parameters.add(origin);
            parameters.add((long) bounds.entries());
            parameters.add((long) bounds.bytes());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    entries.add(Rows.entry(row.getString("channel"), origin, row));
                }
            }
        }
        return entries;
    }
}
