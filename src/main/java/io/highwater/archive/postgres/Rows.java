package io.highwater.archive.postgres;

import io.highwater.archive.ArchivedEntry;
import io.highwater.backbone.Entry;
import io.highwater.backbone.PublisherName;
import io.highwater.protocol.Position;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Reads rows of the table entry. Stateless. */
final class Rows {
    /** What {@link #entry} reads, in its order. */
    static final String COLUMNS =
            """
            generation, channel_sequence, shard_sequence,
            round(extract(epoch FROM ts) * 1000)::bigint AS millis,
            previous_generation, previous_shard_sequence, previous_channel_sequence,
            secret, late, publisher, msg_id, key, data""";

    /** The bytes of a row, as pages count them. The data need not be read for it. */
    static final String SIZE =
            "octet_length(data) + octet_length(msg_id) + octet_length(publisher)"
                    + " + coalesce(octet_length(key), 0)";

    private Rows() {}

    static ArchivedEntry entry(String channel, String origin, ResultSet row) throws SQLException {
        String key = row.getString(12);
        String publisher = Texts.read(row.getString(10));
        Entry entry =
                new Entry(
                        channel,
                        new Position(origin, row.getLong(1), row.getLong(3), row.getLong(2)),
                        previous(origin, row),
                        Texts.read(row.getString(11)),
                        key == null ? null : Texts.read(key),
                        row.getBoolean(8),
                        row.getBytes(13),
                        0,
                        row.getBoolean(9),
                        PublisherName.ifSubject(publisher));
        return new ArchivedEntry(entry, publisher, row.getLong(4));
    }

    private static @Nullable Position previous(String origin, ResultSet row) throws SQLException {
        long generation = row.getLong(5);
        return row.wasNull()
                ? null
                : new Position(origin, generation, row.getLong(6), row.getLong(7));
    }
}
