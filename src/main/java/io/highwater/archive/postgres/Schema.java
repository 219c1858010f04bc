package io.highwater.archive.postgres;

import io.highwater.backbone.BackboneStartException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** The archive's tables: makes them, and checks whose they are. Stateless. */
final class Schema {
    /** Of the newest migration. */
    static final int VERSION = 1;

    private static final String HISTORY = "flyway_schema_history";
    private static final String LOCATION = "classpath:io/highwater/archive/postgres";

    private Schema() {}

    /**
     * Brings the tables to this version. Nodes that start at the same time wait for each other.
     *
     * @throws BackboneStartException they are of another log, or of a newer version
     */
    static void open(Database database, Connection connection, int shards)
            throws BackboneStartException, SQLException {
        Address address = database.address();
        int found = version(connection, address);
        if (found < VERSION) {
            migrate(database);
            found = version(connection, address);
        }
        if (found > VERSION) {
            throw StartErrors.of(
                    address,
                    "has tables of a newer version of Highwater: "
                            + found
                            + ", and this one knows up to "
                            + VERSION
                            + ". Start that version");
        }
        checkOwner(connection, address);
        checkShards(connection, address, shards);
    }

    /** Of the newest migration that was made; 0 if none was. */
    private static int version(Connection connection, Address address)
            throws SQLException, BackboneStartException {
        String history = "\"" + address.schema() + "\"." + HISTORY;
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT to_regclass(?) IS NOT NULL")) {
            statement.setString(1, history);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next() || !row.getBoolean(1)) {
                    return 0;
                }
            }
        }
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT coalesce(max(split_part(version, '.', 1)::int), 0) FROM "
                                        + history
                                        + " WHERE success AND version ~ '^[0-9]{1,9}([.]|$)'")) {
            row.next();
            return row.getInt(1);
        }
    }

    private static void migrate(Database database) throws BackboneStartException {
        Address address = database.address();
        try {
            Flyway.configure(Schema.class.getClassLoader())
                    .dataSource(database.source())
                    .schemas(address.schema())
                    .createSchemas(true)
                    .table(HISTORY)
                    .locations(LOCATION)
                    .failOnMissingLocations(true)
                    .cleanDisabled(true)
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            throw StartErrors.of(address, e);
        }
    }

    /** Who makes and drops partitions has to own the table. */
    private static void checkOwner(Connection connection, Address address)
            throws SQLException, BackboneStartException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT pg_has_role(relowner, 'USAGE')"
                                        + " AND has_schema_privilege(relnamespace, 'CREATE'),"
                                        + " pg_get_userbyid(relowner), current_user"
                                        + " FROM pg_class WHERE oid = 'entry'::regclass")) {
            if (row.next() && !row.getBoolean(1)) {
                throw StartErrors.of(
                        address,
                        "belongs to the user "
                                + row.getString(2)
                                + ", and "
                                + row.getString(3)
                                + " may not make and drop partitions there. Write that user into"
                                + " the URL, or GRANT "
                                + row.getString(2)
                                + " TO "
                                + row.getString(3));
            }
        }
    }

    private static void checkShards(Connection connection, Address address, int shards)
            throws SQLException, BackboneStartException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "INSERT INTO archive (shards) VALUES (?) ON CONFLICT DO NOTHING")) {
            statement.setInt(1, shards);
            statement.executeUpdate();
        }
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT shards FROM archive")) {
            if (row.next() && row.getInt(1) != shards) {
                throw StartErrors.of(
                        address,
                        "is the archive of a log of "
                                + row.getInt(1)
                                + " shards, and this one has "
                                + shards
                                + ". The number cannot change; name another database or"
                                + " currentSchema");
            }
        }
    }
}
