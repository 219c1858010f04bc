package io.highwater.archive.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The connections to the database, in pools of their own for writes, reads and urgent questions, so
 * that none of them waits for another. Connections are made when they are needed. Thread-safe.
 */
final class Database implements AutoCloseable {
    /** Lanes of writes, leases, and additions. */
    private static final int WRITES = WriteLanes.COUNT + 2;

    static final int READS = 4;
    private static final int LOOK_UPS = 1;

    /** The most that are open at once: the pools, and one of the upkeep. */
    static final int CONNECTIONS = WRITES + READS + LOOK_UPS + 1;

    private static final Duration IDLE = Duration.ofMinutes(10);
    private static final Duration LIFETIME = Duration.ofMinutes(30);
    private static final Duration MAKE = Duration.ofSeconds(3);
    private static final Duration CHECK = Duration.ofSeconds(2);

    /** In addition to the server's own time limit for a statement. */
    private static final Duration MARGIN = Duration.ofSeconds(5);

    private final Address address;
    private final PGSimpleDataSource single;
    private final HikariDataSource writes;
    private final HikariDataSource reads;
    private final HikariDataSource lookUps;
    private final Timing timing;

    Database(Address address, String node, Timing timing) {
        this.address = address;
        this.timing = timing;
        single = source(node, "upkeep", timing.write());
        writes = pool(source(node, "writes", timing.write()), "writes", WRITES, timing.write());
        reads = pool(source(node, "reads", timing.read()), "reads", READS, timing.read());
        lookUps = pool(source(node, "lookups", timing.read()), "lookups", LOOK_UPS, timing.read());
    }

    private PGSimpleDataSource source(String node, String role, Duration limit) {
        return address.dataSource(node, role, (int) limit.plus(MARGIN).toSeconds());
    }

    private static HikariDataSource pool(
            PGSimpleDataSource source, String role, int size, Duration limit) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("highwater-archive-" + role);
        config.setDataSource(source);
        config.setMaximumPoolSize(size);
        // None is made before somebody asks: while the server is away, only those who ask retry.
        config.setMinimumIdle(0);
        config.setInitializationFailTimeout(-1);
        // No pool is smaller than its threads are many, so this is how long making one may take.
        config.setConnectionTimeout(Math.min(limit.toMillis(), MAKE.toMillis()));
        config.setValidationTimeout(Math.min(limit.toMillis(), CHECK.toMillis()));
        config.setIdleTimeout(IDLE.toMillis());
        config.setMaxLifetime(LIFETIME.toMillis());
        config.setConnectionInitSql(session(limit));
        return new HikariDataSource(config);
    }

    /**
     * Time limits that the server keeps; what is committed is on its disk; and statements that are
     * planned once: their plans do not depend on what is asked.
     */
    private static String session(Duration limit) {
        return "SET statement_timeout = "
                + limit.toMillis()
                + "; SET lock_timeout = "
                + limit.toMillis() / 2
                + "; SET idle_in_transaction_session_timeout = "
                + limit.toMillis()
                + "; SET plan_cache_mode = force_generic_plan"
                + "; SET jit = off"
                + "; SELECT set_config('synchronous_commit', 'on', false)"
                + " WHERE current_setting('synchronous_commit') = 'off'";
    }

    /** A connection that no pool has, for a start or a check. */
    Connection connect() throws SQLException {
        Connection connection = single.getConnection();
        try (Statement statement = connection.createStatement()) {
            statement.execute(session(timing.write()));
            return connection;
        } catch (SQLException | RuntimeException | Error e) {
            connection.close();
            throw e;
        }
    }

    /** For whoever makes connections itself. */
    DataSource source() {
        return single;
    }

    Connection forWrite() throws SQLException {
        return writes.getConnection();
    }

    Connection forRead() throws SQLException {
        return reads.getConnection();
    }

    Connection forLookUp() throws SQLException {
        return lookUps.getConnection();
    }

    /** Connections of before an outage are not used again. */
    void renewConnections() {
        writes.getHikariPoolMXBean().softEvictConnections();
        reads.getHikariPoolMXBean().softEvictConnections();
        lookUps.getHikariPoolMXBean().softEvictConnections();
    }

    /** What went wrong, in one line without the password. */
    String text(Throwable failure) {
        return SqlFailure.text(failure, password());
    }

    private @Nullable String password() {
        return address.password();
    }

    Address address() {
        return address;
    }

    @Override
    public void close() {
        writes.close();
        reads.close();
        lookUps.close();
    }
}
