package io.highwater.archive.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.archive.ArchiveWriter;
import io.highwater.archive.ArchivedEntry;
import io.highwater.archive.PageBounds;
import io.highwater.backbone.Entry;
import io.highwater.protocol.Position;
import io.highwater.testing.PostgresServer;
import java.io.InputStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Databases that earlier versions have written are kept as statements, in
 * src/test/resources/archive/postgres-N.sql, and every later version reads them. {@link #main}
 * writes one for this version; a file that is kept is never written again.
 */
final class KeptDatabaseTest {
    private static final long FIRST = PostgresFixture.GENERATION;
    private static final long SECOND = FIRST + Duration.ofHours(30).toMillis();
    private static final String CHANNEL = "room/1";

    /** As Flyway makes it. */
    private static final String FLYWAY =
            """
            CREATE TABLE flyway_schema_history (
                installed_rank int NOT NULL CONSTRAINT flyway_schema_history_pk PRIMARY KEY,
                version varchar(50),
                description varchar(200) NOT NULL,
                type varchar(20) NOT NULL,
                script varchar(1000) NOT NULL,
                checksum int,
                installed_by varchar(100) NOT NULL,
                installed_on timestamp NOT NULL DEFAULT now(),
                execution_time int NOT NULL,
                success boolean NOT NULL
            );
            CREATE INDEX flyway_schema_history_s_idx ON flyway_schema_history (success);
            """;

    @Test
    void theTablesOfVersion1AreRead() throws Exception {
        String url = PostgresServer.shared().newDatabase();
        PostgresServer.execute(url, kept("/archive/postgres-1.sql"));
        try (PostgresFixture fixture = PostgresFixture.of(url)) {
            List<ArchivedEntry> read =
                    PostgresFixture.get(
                                    fixture.archive()
                                            .readAfter(
                                                    CHANNEL,
                                                    "local",
                                                    null,
                                                    new PageBounds(10, 1 << 20)))
                            .entries();
            List<ArchivedEntry> written = entries();
            assertThat(read).hasSameSizeAs(written);
            for (int i = 0; i < read.size(); i++) {
                assertSame(read.get(i), written.get(i));
            }
            assertThat(PostgresFixture.get(fixture.archive().tops(CHANNEL)))
                    .isEqualTo(PostgresFixture.position(SECOND, 2, 2));
            ArchiveWriter writer = fixture.writer(2);
            assertThat(writer.watermark()).isEqualTo(PostgresFixture.shard(SECOND, 2));
            PostgresFixture.get(
                    writer.append(
                            List.of(
                                    entry(
                                            PostgresFixture.position(SECOND, 3, 3),
                                            null,
                                            "m5",
                                            null,
                                            "1"))));
            assertThat(fixture.sequences(CHANNEL)).containsExactly(1L, 2L, 1L, 2L, 3L);
        }
    }

    private static String kept(String resource) throws Exception {
        try (InputStream file = KeptDatabaseTest.class.getResourceAsStream(resource)) {
            return new String(file.readAllBytes(), UTF_8);
        }
    }

    private static void assertSame(ArchivedEntry read, ArchivedEntry written) {
        assertThat(read.publisher()).isEqualTo(written.publisher());
        assertThat(read.wallMillis()).isEqualTo(written.wallMillis());
        assertThat(read.entry())
                .usingRecursiveComparison()
                .ignoringFields("appendedNanos")
                .isEqualTo(written.entry());
    }

    private static List<ArchivedEntry> entries() {
        Position last = PostgresFixture.position(FIRST, 2, 2);
        return List.of(
                entry(PostgresFixture.position(FIRST, 1, 1), null, "m1", null, "{\"n\":1.10}"),
                entry(last, null, "m\\2\u0000", "EUR/USD €", "\"\u00e9\""),
                entry(PostgresFixture.position(SECOND, 1, 1), last, "m3", null, "[]"),
                entry(PostgresFixture.position(SECOND, 2, 2), null, "m4", "k", "null"));
    }

    private static ArchivedEntry entry(
            Position position,
            @Nullable Position previous,
            String msgId,
            @Nullable String key,
            String data) {
        boolean secret = key != null;
        return new ArchivedEntry(
                new Entry(CHANNEL, position, previous, msgId, key, secret, data.getBytes(UTF_8), 0),
                "device 7",
                position.generation() + position.shardSequence());
    }

    /** Writes the file that its argument names. */
    public static void main(String[] arguments) throws Exception {
        String url = PostgresServer.shared().newDatabase();
        try (PostgresFixture fixture = PostgresFixture.of(url)) {
            try (ArchiveWriter writer = fixture.writer(2)) {
                for (int i = 0; i < 4; i += 2) {
                    long generation = i == 0 ? FIRST : SECOND;
                    PostgresFixture.get(writer.begin(PostgresFixture.shard(generation, 0)));
                    PostgresFixture.get(writer.append(entries().subList(i, i + 2)));
                }
            }
        }
        try (Writer file = Files.newBufferedWriter(Path.of(arguments[0]));
                Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            file.write("CREATE SCHEMA highwater;\nSET search_path TO highwater;\n");
            file.write(FLYWAY);
            file.write(kept("V" + Schema.VERSION + "__archive.sql"));
            statement.execute("SET search_path TO highwater; SET timezone TO 'UTC'");
            // What the archive has made of each day; the days ahead are empty.
            write(
                    file,
                    statement,
                    "SELECT format('CREATE TABLE %s (LIKE entry INCLUDING ALL);"
                            + " ALTER TABLE entry ATTACH PARTITION %s %s;', c.relname, c.relname,"
                            + " pg_get_expr(c.relpartbound, c.oid)) FROM pg_inherits AS i"
                            + " JOIN pg_class AS c ON c.oid = i.inhrelid"
                            + " WHERE i.inhparent = 'entry'::regclass ORDER BY c.relname");
            for (String table :
                    List.of("flyway_schema_history", "archive", "shard", "entry", "top")) {
                write(
                        file,
                        statement,
                        "SELECT format('INSERT INTO "
                                + table
                                + " SELECT (%L::"
                                + table
                                + ").*;', t) FROM "
                                + table
                                + " AS t ORDER BY t");
            }
        }
    }

    private static void write(Writer file, Statement statement, String sql) throws Exception {
        try (ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                file.write(row.getString(1) + "\n");
            }
        }
    }
}
