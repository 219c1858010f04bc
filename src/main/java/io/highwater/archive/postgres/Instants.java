package io.highwater.archive.postgres;

import io.highwater.protocol.Position;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Finds the place of an instant in a channel. No index has the times of a channel; but as a rule
 * they do not fall along it, so the place is found by halving: the generation first, and then the
 * place in it. Confined to one question.
 */
final class Instants {
    private static final String ROW =
            "SELECT generation, channel_sequence, shard_sequence,"
                    + " round(extract(epoch FROM ts) * 1000)::bigint FROM entry"
                    + " WHERE channel = ? AND origin = ?"
                    + " AND ts >= to_timestamp(? / 1000.0) AND ts < to_timestamp(? / 1000.0)"
                    + " AND (generation, channel_sequence) ";
    private static final String FROM =
            ROW + ">= (?, ?) ORDER BY generation, channel_sequence LIMIT 1";
    private static final String UP_TO =
            ROW + "<= (?, ?) ORDER BY generation DESC, channel_sequence DESC LIMIT 1";

    private record Found(Position position, long millis) {
        long generation() {
            return position.generation();
        }

        long sequence() {
            return position.channelSequence();
        }
    }

    private final Connection connection;
    private final String channel;
    private final String origin;

    /** What is searched is before this. */
    private final long end;

    /** The day of the instant, which is one partition. */
    private final long dayStart;

    private final long dayEnd;

    private Instants(Connection connection, String channel, String origin, Instant instant) {
        this.connection = connection;
        this.channel = channel;
        this.origin = origin;
        end = Times.end(instant);
        dayStart = Times.startOf(Times.dayOf(end - 1));
        dayEnd = dayStart + Times.DAY_MILLIS;
    }

    /** The last position before an instant; null if there is none. */
    static @Nullable Position before(
            Connection connection, String channel, String origin, Instant instant)
            throws SQLException {
        return new Instants(connection, channel, origin, instant).search();
    }

    private @Nullable Position search() throws SQLException {
        Found first = inDay(FROM, 0, 0);
        if (first != null && first.millis < end) {
            return lastAfter(first).position;
        }
        Found last = find(UP_TO, Times.FIRST, dayStart, Long.MAX_VALUE, Long.MAX_VALUE);
        return last == null ? null : last.position;
    }

    private Found lastAfter(Found first) throws SQLException {
        Found low = first;
        Found last = inDay(UP_TO, Long.MAX_VALUE, Long.MAX_VALUE);
        long high = last == null ? low.generation() : last.generation() + 1;
        while (high - low.generation() > 1) {
            long middle = low.generation() + (high - low.generation()) / 2;
            Found found = inDay(FROM, middle, 0);
            if (found != null && found.millis < end) {
                low = found;
            } else {
                high = middle;
            }
        }
        return lastOfGeneration(low);
    }

    private Found lastOfGeneration(Found first) throws SQLException {
        long generation = first.generation();
        Found low = first;
        Found last = inDay(UP_TO, generation, Long.MAX_VALUE);
        if (last == null || last.millis < end) {
            return last == null ? low : last;
        }
        long high = last.sequence();
        while (high - low.sequence() > 1) {
            long middle = low.sequence() + (high - low.sequence()) / 2;
            Found found = inDay(FROM, generation, middle);
            if (found != null && found.generation() == generation && found.millis < end) {
                low = found;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private @Nullable Found inDay(String sql, long generation, long sequence) throws SQLException {
        return find(sql, dayStart, dayEnd, generation, sequence);
    }

    private @Nullable Found find(
            String sql, long fromMillis, long toMillis, long generation, long sequence)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            Parameters parameters = new Parameters(connection, statement);
            parameters.add(channel);
            parameters.add(origin);
            parameters.add(fromMillis);
            parameters.add(toMillis);
            parameters.add(generation);
            parameters.add(sequence);
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? new Found(
                                new Position(
                                        origin, row.getLong(1), row.getLong(3), row.getLong(2)),
                                row.getLong(4))
                        : null;
            }
        }
    }
}
