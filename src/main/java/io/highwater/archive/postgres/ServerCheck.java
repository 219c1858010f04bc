package io.highwater.archive.postgres;

import io.highwater.backbone.BackboneStartException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a server can keep the archive, by what it says of itself. Immutable.
 *
 * @param version as in server_version_num
 * @param readOnly it takes no writes
 * @param encoding of the database's texts
 * @param fsync whether it syncs what it has committed
 * @param fullPageWrites whether a page that a crash tears is repaired
 * @param millis its clock, in ms since 1970
 */
record ServerCheck(
        int version,
        boolean readOnly,
        String encoding,
        boolean fsync,
        boolean fullPageWrites,
        long millis) {
    private static final Logger LOG = LoggerFactory.getLogger(ServerCheck.class);

    private static final int LEAST_VERSION = 13;
    private static final int VERSION_UNIT = 10_000;
    private static final Duration MOST_SKEW = Duration.ofMinutes(1);

    static ServerCheck read(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT current_setting('server_version_num')::int,"
                                        + " pg_is_in_recovery()"
                                        + " OR current_setting('transaction_read_only') = 'on',"
                                        + " current_setting('server_encoding'),"
                                        + " current_setting('fsync') = 'on',"
                                        + " current_setting('full_page_writes') = 'on',"
                                        + " (extract(epoch FROM clock_timestamp()) * 1000)::bigint")) {
            row.next();
            return new ServerCheck(
                    row.getInt(1),
                    row.getBoolean(2),
                    row.getString(3),
                    row.getBoolean(4),
                    row.getBoolean(5),
                    row.getLong(6));
        }
    }

    /** Refuses a server that cannot keep the archive; warns of one that may lose it. */
    void check(Address address, long nowMillis) throws BackboneStartException {
        if (version < LEAST_VERSION * VERSION_UNIT) {
            throw StartErrors.of(
                    address,
                    "is of PostgreSQL "
                            + version / VERSION_UNIT
                            + "; "
                            + LEAST_VERSION
                            + " or later is needed");
        }
        if (readOnly) {
            throw StartErrors.of(address, StartErrors.readOnly());
        }
        if (!encoding.equals("UTF8")) {
            throw StartErrors.of(
                    address,
                    "has the encoding "
                            + encoding
                            + ", which lacks characters; make one with ENCODING 'UTF8'");
        }
        if (!fsync || !fullPageWrites) {
            LOG.atWarn()
                    .addKeyValue("database", address)
                    .addKeyValue("advice", "set fsync = on and full_page_writes = on")
                    .log("archive_database_loses_data_in_a_crash");
        }
        long skew = millis - nowMillis;
        if (Math.abs(skew) > MOST_SKEW.toMillis()) {
            LOG.atWarn()
                    .addKeyValue("database", address)
                    .addKeyValue("ahead_ms", skew)
                    .addKeyValue("advice", "entries are dropped by the database's clock")
                    .log("archive_clocks_differ");
        }
    }
}
