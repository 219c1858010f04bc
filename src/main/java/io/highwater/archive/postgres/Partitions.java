package io.highwater.archive.postgres;

import io.highwater.archive.ArchiveObserver;
import io.highwater.log.LogLimit;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions of the table entry, one for each UTC day: makes them before they are needed, and
 * drops those that are older than the retention. The days are those of the server's clock. Of all
 * nodes one at a time works on them. Thread-safe.
 */
final class Partitions {
    private static final Logger LOG = LoggerFactory.getLogger(Partitions.class);

    private static final int DAYS_AHEAD = 2;
    private static final String PREFIX = "entry_";
    private static final DateTimeFormatter DAY = DateTimeFormatter.BASIC_ISO_DATE;

    /** Nobody else uses this number for the same schema. */
    static final int LOCK = 0x48575031;

    /** While dropping waits for its lock, writes and reads wait behind it. */
    private static final Duration DROP_WAIT = Duration.ofMillis(300);

    private static final int TOPS_AT_ONCE = 5_000;

    /**
     * Forgets channels of which nothing is kept, and whose shard has begun a new generation: they
     * could not get another entry in theirs.
     */
    private static final String FORGET =
            """
            WITH looked AS MATERIALIZED (
                SELECT channel, origin FROM top
                WHERE (channel, origin) > (?, ?)
                ORDER BY channel, origin LIMIT ?
            ), old AS MATERIALIZED (
                SELECT t.channel, t.origin
                FROM looked AS l JOIN top AS t USING (channel, origin)
                JOIN shard AS s ON s.origin = t.origin AND s.shard = t.shard
                WHERE t.ts < to_timestamp(? / 1000.0) AND s.generation > t.generation
                    AND NOT EXISTS (
                        SELECT FROM entry AS e WHERE e.channel = t.channel AND e.origin = t.origin)
                FOR UPDATE OF t SKIP LOCKED
            ), forgotten AS (
                DELETE FROM top AS t USING old
                WHERE t.channel = old.channel AND t.origin = old.origin
            )
            SELECT channel, origin FROM looked ORDER BY channel DESC, origin DESC LIMIT 1
            """;

    private final Database database;
    private final Duration retention;
    private final ArchiveObserver observer;
    private final LogLimit logs;

    Partitions(Database database, Duration retention, ArchiveObserver observer, LogLimit logs) {
        this.database = database;
        this.retention = retention;
        this.observer = observer;
        this.logs = logs;
    }

    /** Makes those of today and of the next days. */
    void makeAhead() throws SQLException {
        try (Connection connection = database.connect()) {
            LocalDate today = Times.dayOf(now(connection));
            List<LocalDate> days = new ArrayList<>();
            for (int i = 0; i <= DAYS_AHEAD; i++) {
                days.add(today.plusDays(i));
            }
            make(connection, days);
        }
    }

    /** Makes those of certain days, as far as they are missing. */
    void make(Collection<LocalDate> days) throws SQLException {
        try (Connection connection = database.connect()) {
            make(connection, days);
        }
    }

    private static void make(Connection connection, Collection<LocalDate> days)
            throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_advisory_xact_lock(" + lock() + ")");
            for (LocalDate day : days) {
                if (!exists(connection, day)) {
                    make(statement, day);
                }
            }
            connection.commit();
        }
    }

    private static String lock() {
        return LOCK + ", hashtext(current_schema())";
    }

    private static boolean exists(Connection connection, LocalDate day) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT to_regclass(?) IS NOT NULL")) {
            statement.setString(1, nameOf(day));
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /** Attaching it does not keep out those who write and read, as making it in its place would. */
    private static void make(Statement statement, LocalDate day) throws SQLException {
        String name = nameOf(day);
        statement.execute("CREATE TABLE " + name + " (LIKE entry INCLUDING ALL)");
        statement.execute(
                "ALTER TABLE entry ATTACH PARTITION "
                        + name
                        + " FOR VALUES FROM ('"
                        + day
                        + " 00:00:00+00') TO ('"
                        + day.plusDays(1)
                        + " 00:00:00+00')");
        LOG.atInfo().addKeyValue("partition", name).log("archive_partition_made");
    }

    private static String nameOf(LocalDate day) {
        return PREFIX + DAY.format(day);
    }

    /**
     * Drops those that are older than the retention, unless another node is at it. Once one is
     * dropped, channels may have lost their last entry: forgets those.
     */
    void dropOld() throws SQLException {
        boolean dropped = false;
        try (Connection connection = database.connect()) {
            LocalDate oldest = Times.dayOf(now(connection) - retention.toMillis());
            for (LocalDate day : days(connection)) {
                if (day.isBefore(oldest)) {
                    dropped |= drop(connection, day);
                }
            }
        }
        if (dropped) {
            forgetChannels();
        }
    }

    /** False if another node is at it. */
    private boolean drop(Connection connection, LocalDate day) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            boolean dropped = false;
            if (isAlone(statement)) {
                statement.execute("SET LOCAL lock_timeout = " + DROP_WAIT.toMillis());
                statement.execute("DROP TABLE IF EXISTS " + nameOf(day));
                dropped = true;
            }
            connection.commit();
            if (dropped) {
                LOG.atInfo().addKeyValue("partition", nameOf(day)).log("archive_partition_dropped");
                logs.tell("archive", observer::onDropped);
            }
            return dropped;
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static boolean isAlone(Statement statement) throws SQLException {
        try (ResultSet row =
                statement.executeQuery("SELECT pg_try_advisory_xact_lock(" + lock() + ")")) {
            return row.next() && row.getBoolean(1);
        }
    }

    /** The days that have a partition, the oldest first. */
    static List<LocalDate> days(Connection connection) throws SQLException {
        List<LocalDate> days = new ArrayList<>();
        try (PreparedStatement statement =
                        connection.prepareStatement(
                                "SELECT c.relname FROM pg_inherits AS i"
                                        + " JOIN pg_class AS c ON c.oid = i.inhrelid"
                                        + " WHERE i.inhparent = 'entry'::regclass"
                                        + " ORDER BY c.relname");
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                LocalDate day = dayOf(row.getString(1));
                if (day != null) {
                    days.add(day);
                }
            }
        }
        return days;
    }

    /** Null if an operator has made that partition. */
    private static @Nullable LocalDate dayOf(String name) {
        try {
            return name.startsWith(PREFIX)
                    ? LocalDate.parse(name.substring(PREFIX.length()), DAY)
                    : null;
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    /** Forgets channels that have no entry, but for those that could still get one. */
    private void forgetChannels() throws SQLException {
        try (Connection connection = database.connect()) {
            long before = Times.startOf(Times.dayOf(now(connection) - retention.toMillis()));
            String channel = "";
            String origin = "";
            boolean more = true;
            while (more) {
                try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
                    Parameters parameters = new Parameters(connection, statement);
                    parameters.add(channel);
                    parameters.add(origin);
                    parameters.add(TOPS_AT_ONCE);
                    parameters.add(before);
                    try (ResultSet row = statement.executeQuery()) {
                        more = row.next();
                        if (more) {
                            channel = row.getString(1);
                            origin = row.getString(2);
                        }
                    }
                }
            }
        }
    }

    /** The server's clock, in ms since 1970. */
    static long now(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")) {
            row.next();
            return row.getLong(1);
        }
    }
}
