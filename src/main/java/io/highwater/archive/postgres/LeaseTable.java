package io.highwater.archive.postgres;

import io.highwater.backbone.ShardPosition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What one owner does to the leases in the table shard. Immutable; each method is one step.
 *
 * @param owner of the leases; nobody else has this name
 * @param leaseFor until another owner may take a lease that is not renewed
 */
record LeaseTable(String owner, Duration leaseFor) {
    private static final String TAKE =
            """
            INSERT INTO shard AS s (origin, shard, token, owner, expires)
            SELECT origin, shard, asked.token, ?, clock_timestamp() + make_interval(secs => ?)
            FROM unnest(?::text[], ?::int[], ?::bigint[]) AS asked (origin, shard, token)
            LEFT JOIN shard AS l USING (origin, shard)
            WHERE l.owner IS NULL OR l.owner = ? OR l.expires <= clock_timestamp()
            ORDER BY origin, shard
            ON CONFLICT (origin, shard) DO UPDATE
            SET token = excluded.token, owner = excluded.owner, expires = excluded.expires
            WHERE s.expires <= clock_timestamp() OR s.owner = excluded.owner
            RETURNING origin, shard, token, generation, sequence
            """;

    private static final String OWNERS =
            """
            SELECT s.origin, s.shard, s.owner, (extract(epoch FROM s.expires) * 1000000)::bigint,
                (extract(epoch FROM s.expires - clock_timestamp()) * 1000)::bigint
            FROM unnest(?::text[], ?::int[]) AS asked (origin, shard)
            JOIN shard AS s USING (origin, shard)
            WHERE s.expires > '-infinity'
            """;

    /** Rows that are locked are being written, which renews them. */
    private static final String RENEW =
            """
            UPDATE shard AS s SET expires = clock_timestamp() + make_interval(secs => ?)
            FROM (SELECT origin, shard FROM shard WHERE owner = ? FOR NO KEY UPDATE SKIP LOCKED)
                AS own
            WHERE s.origin = own.origin AND s.shard = own.shard
            """;

    private static final String OWN = "SELECT origin, shard FROM shard WHERE owner = ?";

    private static final String RETAKE =
            """
            UPDATE shard AS s
            SET token = own.token, expires = clock_timestamp() + make_interval(secs => ?)
            FROM (
                SELECT l.origin, l.shard, asked.token
                FROM unnest(?::text[], ?::int[], ?::bigint[]) AS asked (origin, shard, token)
                JOIN shard AS l
                    ON l.origin = asked.origin AND l.shard = asked.shard AND l.owner = ?
                ORDER BY l.origin, l.shard
                FOR NO KEY UPDATE OF l) AS own
            WHERE s.origin = own.origin AND s.shard = own.shard
            RETURNING s.origin, s.shard, s.token, s.generation, s.sequence
            """;

    private static final String GIVE_BACK =
            """
            UPDATE shard AS s SET owner = '', expires = '-infinity'
            FROM (
                SELECT l.origin, l.shard
                FROM unnest(?::text[], ?::int[]) AS asked (origin, shard)
                JOIN shard AS l
                    ON l.origin = asked.origin AND l.shard = asked.shard AND l.owner = ?
                ORDER BY l.origin, l.shard
                FOR NO KEY UPDATE OF l) AS own
            WHERE s.origin = own.origin AND s.shard = own.shard
            """;

    /** A shard of an origin. */
    record Name(String origin, int shard) {
        private static Name read(ResultSet row) throws SQLException {
            return new Name(row.getString(1), row.getInt(2));
        }
    }

    /**
     * A lease that was taken.
     *
     * @param watermark null for a new shard
     */
    record Taken(Name name, long token, @Nullable ShardPosition watermark) {
        private static Taken read(ResultSet row) throws SQLException {
            Name name = Name.read(row);
            long token = row.getLong(3);
            long generation = row.getLong(4);
            ShardPosition watermark =
                    row.wasNull()
                            ? null
                            : new ShardPosition(name.origin, generation, row.getLong(5));
            return new Taken(name, token, watermark);
        }
    }

    /**
     * A lease that another owner has.
     *
     * @param endMicros when it ends if it is not renewed, by the server's clock
     * @param leftMillis until then
     */
    record Other(Name name, String owner, long endMicros, long leftMillis) {}

    /** Takes those that nobody has, or that ended, or that this owner has. */
    List<Taken> take(Connection connection, Collection<Name> names) throws SQLException {
        List<Name> asked = List.copyOf(names);
        try (PreparedStatement statement = connection.prepareStatement(TAKE)) {
            Parameters parameters = new Parameters(connection, statement);
            parameters.add(owner);
            parameters.add(leaseSeconds());
            addNames(parameters, asked);
            parameters.addLongs(asked, name -> newToken());
            parameters.add(owner);
            return taken(statement);
        }
    }

    private double leaseSeconds() {
        return leaseFor.toMillis() / 1_000.0;
    }

    private static void addNames(Parameters parameters, List<Name> names) throws SQLException {
        parameters.addTexts(names, Name::origin);
        parameters.addInts(names, Name::shard);
    }

    /** Never the same again, even if the server loses its newest transactions. */
    private static long newToken() {
        return ThreadLocalRandom.current().nextLong();
    }

    private static List<Taken> taken(PreparedStatement statement) throws SQLException {
        List<Taken> taken = new ArrayList<>();
        try (ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                taken.add(Taken.read(row));
            }
        }
        return taken;
    }

    /** Who has these. */
    static List<Other> others(Connection connection, Collection<Name> names) throws SQLException {
        List<Other> others = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(OWNERS)) {
            addNames(new Parameters(connection, statement), List.copyOf(names));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    others.add(
                            new Other(
                                    Name.read(row),
                                    row.getString(3),
                                    row.getLong(4),
                                    row.getLong(5)));
                }
            }
        }
        return others;
    }

    /**
     * Renews all of this owner.
     *
     * @return those that it has
     */
    Set<Name> renew(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RENEW)) {
            statement.setDouble(1, leaseSeconds());
            statement.setString(2, owner);
            statement.executeUpdate();
        }
        Set<Name> own = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(OWN)) {
            statement.setString(1, owner);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    own.add(Name.read(row));
                }
            }
        }
        return own;
    }

    /**
     * Gives those that this owner still has another token. A transaction that is under way with the
     * old one is waited for; one that comes later does nothing.
     */
    List<Taken> retake(Connection connection, Collection<Name> names) throws SQLException {
        List<Name> asked = List.copyOf(names);
        try (PreparedStatement statement = connection.prepareStatement(RETAKE)) {
            Parameters parameters = new Parameters(connection, statement);
            parameters.add(leaseSeconds());
            addNames(parameters, asked);
            parameters.addLongs(asked, name -> newToken());
            parameters.add(owner);
            return taken(statement);
        }
    }

    /** Lets go those that this owner still has. */
    void giveBack(Connection connection, Collection<Name> names) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(GIVE_BACK)) {
            Parameters parameters = new Parameters(connection, statement);
            addNames(parameters, List.copyOf(names));
            parameters.add(owner);
            statement.executeUpdate();
        }
    }
}
