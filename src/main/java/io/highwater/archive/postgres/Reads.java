package io.highwater.archive.postgres;

import io.highwater.archive.ArchivePage;
import io.highwater.archive.ArchivedEntry;
import io.highwater.archive.PageBounds;
import io.highwater.protocol.Position;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads pages of a channel. Stateless. */
final class Reads {
    private static final String AFTER = page("> (?, ?)", "");
    private static final String BEFORE = page("< (?, ?)", " DESC");

    /** Before the first position, as none is negative. */
    private static final long BEFORE_ALL = -1;

    private Reads() {}

    /**
     * The server bounds the bytes, without looking into the data: a row of the answer has the data,
     * but the sizes are known without it. One row more than asked for tells whether there are more.
     */
    private static String page(String place, String direction) {
        String order = "generation" + direction + ", channel_sequence" + direction;
        return "SELECT * FROM (SELECT "
                + Rows.COLUMNS
                + ", row_number() OVER read AS number,"
                + " sum("
                + Rows.SIZE
                + ") OVER read AS bytes,"
                + " count(*) OVER () AS found"
                + " FROM (SELECT * FROM entry WHERE channel = ? AND origin = ?"
                + " AND (generation, channel_sequence) "
                + place
                + " ORDER BY "
                + order
                + " LIMIT ?) AS page"
                + " WINDOW read AS (ORDER BY "
                + order
                + " ROWS UNBOUNDED PRECEDING)) AS sized"
                + " WHERE number = 1 OR (number <= ? AND bytes <= ?) ORDER BY number";
    }

    static ArchivePage after(
            Connection connection,
            String channel,
            String origin,
            @Nullable Position after,
            PageBounds bounds)
            throws SQLException {
        return after == null
                ? page(connection, AFTER, channel, origin, BEFORE_ALL, BEFORE_ALL, bounds)
                : page(
                        connection,
                        AFTER,
                        channel,
                        origin,
                        after.generation(),
                        after.channelSequence(),
                        bounds);
    }

    static ArchivePage before(
            Connection connection,
            String channel,
            String origin,
            @Nullable Position before,
            PageBounds bounds)
            throws SQLException {
        return before == null
                ? page(connection, BEFORE, channel, origin, Long.MAX_VALUE, Long.MAX_VALUE, bounds)
                : page(
                        connection,
                        BEFORE,
                        channel,
                        origin,
                        before.generation(),
                        before.channelSequence(),
                        bounds);
    }

    private static ArchivePage page(
            Connection connection,
            String sql,
            String channel,
            String origin,
            long generation,
            long channelSequence,
            PageBounds bounds)
            throws SQLException {
        List<ArchivedEntry> entries = new ArrayList<>();
        long found = 0;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            Parameters parameters = new Parameters(connection, statement);
            parameters.add(channel);
            parameters.add(origin);
            parameters.add(generation);
            parameters.add(channelSequence);
            parameters.add(bounds.entries() + 1L);
            parameters.add((long) bounds.entries());
            parameters.add((long) bounds.bytes());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    entries.add(Rows.entry(channel, origin, row));
                    found = row.getLong("found");
                }
            }
        }
        return new ArchivePage(entries, found == entries.size());
    }
}
