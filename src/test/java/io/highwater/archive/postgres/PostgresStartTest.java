package io.highwater.archive.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.highwater.archive.ArchiveHealth.State;
import io.highwater.archive.ArchiveObserver;
import io.highwater.backbone.BackboneStartException;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.FreePort;
import io.highwater.testing.LogCapture;
import io.highwater.testing.PostgresServer;
import io.highwater.time.TimerWheel;
import io.highwater.time.WallClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator is told if the archive cannot start: never the password. */
final class PostgresStartTest {
    private static final String PASSWORD = "s3cret-word";

    private static PostgresArchive archive(PostgresSettings settings) {
        FakeTicker ticker = new FakeTicker();
        return new PostgresArchive(
                settings,
                WallClock.system(),
                ticker,
                new TimerWheel(ticker.nanoTime()),
                ArchiveObserver.NONE,
                LogLimit.none());
    }

    private static String problem(String url) {
        return problem(TestDatabase.settings(url));
    }

    /** What the start of an archive fails with, without the key and the URL before it. */
    private static String problem(PostgresSettings settings) {
        PostgresArchive archive = archive(settings);
        try {
            Throwable failure = catchThrowable(() -> PostgresFixture.get(archive.start()));
            assertThat(failure)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(BackboneStartException.class);
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                assertThat(cause.toString()).doesNotContain(PASSWORD);
            }
            assertThat(archive.health().state()).isEqualTo(State.STARTING);
            String prefix =
                    "highwater.archive.url: the database "
                            + settings.url().split("\\?", 2)[0]
                            + " ";
            assertThat(failure.getCause()).hasMessageStartingWith(prefix);
            return failure.getCause().getMessage().substring(prefix.length());
        } finally {
            archive.close();
            assertThat(archive.health().state()).isEqualTo(State.CLOSED);
        }
    }

    private static String withUser(String url, String user) {
        return url.split("\\?", 2)[0] + "?user=" + user + "&password=" + PASSWORD;
    }

    /** A user of the shared server. */
    private static String user(String options) throws Exception {
        String name = "u" + Long.toHexString(System.nanoTime());
        PostgresServer.shared().execute("CREATE ROLE " + name + " LOGIN " + options);
        return name;
    }

    @Test
    void aServerThatIsNotThere() throws Exception {
        assertThat(
                        problem(
                                withUser(
                                        "jdbc:postgresql://127.0.0.1:" + FreePort.find() + "/log",
                                        "a")))
                .startsWith("cannot be reached: ")
                .contains("refused");
        assertThat(problem(withUser("jdbc:postgresql://no-such-host.invalid/log", "a")))
                .isEqualTo(
                        "cannot be reached: no address is known for the host"
                                + " no-such-host.invalid.");
    }

    @Test
    void aWrongPasswordAndAMissingOne(@TempDir Path folder) throws Exception {
        try (PostgresServer server = PostgresServer.start(folder.resolve("data"))) {
            String url = server.newDatabase();
            server.execute("CREATE ROLE someone LOGIN PASSWORD 'another'");
            Path access = server.directory().resolve("pg_hba.conf");
            String lines = Files.readString(access);
            Files.writeString(access, "host all someone 127.0.0.1/32 scram-sha-256\n" + lines);
            server.execute("SELECT pg_reload_conf()");
            assertThat(problem(withUser(url, "someone")))
                    .isEqualTo(
                            "does not accept the user or the password of the URL: password"
                                    + " authentication failed for user \"someone\".");
            assertThat(problem(url.split("\\?", 2)[0] + "?user=someone"))
                    .startsWith("does not accept the connection: ")
                    .contains("no password was provided")
                    .endsWith("Write ?user=USER&password=PASSWORD into the URL.");
        }
    }

    @Test
    void aDatabaseThatDoesNotExist() {
        assertThat(problem(PostgresServer.shared().url("nowhere")))
                .isEqualTo(
                        "does not exist: database \"nowhere\" does not exist; docs/archive.md says"
                                + " how to make it.");
    }

    @Test
    void aUserWithoutRights() throws Exception {
        String empty = withUser(PostgresServer.shared().newDatabase(), user(""));
        assertThat(problem(empty))
                .startsWith("does not let this user do it: permission denied for database")
                .contains("The user has to own the schema highwater");
        String full = TestDatabase.prepared();
        String reader = user("");
        assertThat(problem(withUser(full, reader)))
                .startsWith("does not let this user do it: permission denied for schema");
        PostgresServer.execute(full, "GRANT USAGE ON SCHEMA highwater TO " + reader);
        PostgresServer.execute(full, "GRANT ALL ON ALL TABLES IN SCHEMA highwater TO " + reader);
        assertThat(problem(withUser(full, reader)))
                .startsWith("belongs to the user postgres, and " + reader + " may not make and");
    }

    @Test
    void aUserWithTheLeastRightsIsEnough() throws Exception {
        String url = PostgresServer.shared().newDatabase();
        String owner = user("");
        PostgresServer.execute(url, "CREATE SCHEMA highwater AUTHORIZATION " + owner);
        PostgresServer.execute(url, "REVOKE ALL ON SCHEMA public FROM PUBLIC");
        try (PostgresFixture fixture = PostgresFixture.of(withUser(url, owner))) {
            PostgresFixture.get(fixture.begun(0).append(PostgresFixture.entries("c", 1, 3)));
            assertThat(fixture.sequences("c")).hasSize(3);
        }
    }

    @Test
    void anotherSchemaOfTheSameDatabase() throws Exception {
        String url = TestDatabase.prepared();
        try (PostgresFixture one = PostgresFixture.of(url);
                PostgresFixture two = PostgresFixture.of(url + "&currentSchema=other")) {
            PostgresFixture.get(one.begun(0).append(PostgresFixture.entries("c", 1, 3)));
            PostgresFixture.get(two.begun(0).append(PostgresFixture.entries("c", 1, 1)));
            assertThat(one.sequences("c")).hasSize(3);
            assertThat(two.sequences("c")).hasSize(1);
        }
        assertThat(PostgresFixture.ask(url, "SELECT count(*) FROM other.entry")).isEqualTo(1);
    }

    @Test
    void aSchemaWithTablesOfSomebodyElse() throws Exception {
        String url = PostgresServer.shared().newDatabase();
        PostgresServer.execute(url, "CREATE SCHEMA highwater CREATE TABLE mine (a int)");
        assertThat(problem(url)).startsWith("cannot be used: ").contains("non-empty schema");
    }

    @Test
    void tablesOfANewerVersion() throws Exception {
        String url = TestDatabase.prepared();
        PostgresServer.execute(
                url,
                "INSERT INTO highwater.flyway_schema_history VALUES (99, '7', 'later', 'SQL',"
                        + " 'V7__later.sql', 1, 'postgres', now(), 1, true)");
        assertThat(problem(url))
                .isEqualTo(
                        "has tables of a newer version of Highwater: 7, and this one knows up to 1."
                                + " Start that version.");
    }

    @Test
    void theNewestMigrationIsTheVersion() throws Exception {
        try (Stream<Path> files =
                Files.list(Path.of("src/main/resources/io/highwater/archive/postgres"))) {
            assertThat(
                            files.map(file -> file.getFileName().toString())
                                    .filter(name -> name.endsWith(".sql"))
                                    .mapToInt(
                                            name ->
                                                    Integer.parseInt(
                                                            name.substring(1, name.indexOf("__"))))
                                    .max())
                    .hasValue(Schema.VERSION);
        }
    }

    @Test
    void aLogOfAnotherNumberOfShards() throws Exception {
        assertThat(
                        problem(
                                new PostgresSettings(
                                        TestDatabase.prepared(), "n", 8, Duration.ofDays(1))))
                .startsWith("is the archive of a log of 64 shards, and this one has 8.");
    }

    @Test
    void aServerThatIsReadOnly() throws Exception {
        String url = TestDatabase.prepared();
        String database = url.split("\\?", 2)[0].replaceFirst(".*/", "");
        PostgresServer.shared()
                .execute("ALTER DATABASE " + database + " SET default_transaction_read_only = on");
        assertThat(problem(url)).startsWith("is read-only: it is a standby, or");
    }

    @Test
    void aStandby(@TempDir Path folder) throws Exception {
        try (PostgresServer server = PostgresServer.start(folder.resolve("data"))) {
            String url = server.newDatabase();
            server.close();
            Files.writeString(
                    server.directory().resolve("standby.signal"), "", StandardOpenOption.CREATE);
            server.start();
            assertThat(problem(url)).startsWith("is read-only: it is a standby, or");
            String two =
                    url.replace(
                            "127.0.0.1:" + server.port(), "127.0.0.1:1,127.0.0.1:" + server.port());
            assertThat(problem(two))
                    .isEqualTo(
                            "has no server that takes writes, or none of its servers can be"
                                    + " reached: name the primary.");
        }
    }

    @Test
    void aUserWithoutAConnectionLeft() throws Exception {
        String url = TestDatabase.prepared();
        assertThat(problem(withUser(url, user("CONNECTION LIMIT 0"))))
                .startsWith("has no connection left: too many connections for role")
                .endsWith("A node takes up to " + Database.CONNECTIONS + ".");
    }

    @Test
    void anEncodingThatLacksCharacters() throws Exception {
        PostgresServer.shared()
                .execute(
                        "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0"
                                + " LC_COLLATE 'C' LC_CTYPE 'C'");
        assertThat(problem(PostgresServer.shared().url("latin")))
                .startsWith("has the encoding LATIN1, which lacks characters");
    }

    @Test
    void aServerThatIsTooOld() {
        Address address = Address.parse("jdbc:postgresql://db/log");
        ServerCheck old = new ServerCheck(120_022, false, "UTF8", true, true, 0);
        assertThatThrownBy(() -> old.check(address, 0))
                .isInstanceOf(BackboneStartException.class)
                .hasMessage(
                        "highwater.archive.url: the database jdbc:postgresql://db/log is of"
                                + " PostgreSQL 12; 13 or later is needed.");
    }

    @Test
    void aServerThatMayLoseDataAndClocksThatDifferAreWarnedOf() throws Exception {
        Address address = Address.parse("jdbc:postgresql://db/log");
        try (LogCapture log = new LogCapture(ServerCheck.class)) {
            new ServerCheck(170_010, false, "UTF8", true, true, 0).check(address, 59_000);
            assertThat(log.events()).isEmpty();
            new ServerCheck(130_000, false, "UTF8", false, true, 0).check(address, -61_000);
            assertThat(log.events())
                    .extracting(event -> event.getMessage())
                    .containsExactly(
                            "archive_database_loses_data_in_a_crash", "archive_clocks_differ");
        }
    }

    @Test
    void asynchronousCommitsOfTheUserAreTurnedOn() throws Exception {
        String url = TestDatabase.prepared();
        String name = user("SUPERUSER");
        PostgresServer.shared().execute("ALTER ROLE " + name + " SET synchronous_commit = off");
        Database database =
                new Database(Address.parse(withUser(url, name)), "n", Timing.defaults());
        try (var connection = database.forWrite();
                var statement = connection.createStatement();
                var row = statement.executeQuery("SHOW synchronous_commit")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(1)).isEqualTo("on");
        } finally {
            database.close();
        }
    }

    @Test
    void manyNodesMayStartAtTheSameTime() throws Exception {
        String url = PostgresServer.shared().newDatabase();
        PostgresArchive one = archive(TestDatabase.settings(url));
        PostgresArchive two = archive(TestDatabase.settings(url));
        PostgresArchive three = archive(TestDatabase.settings(url));
        try {
            var first = one.start();
            var second = two.start();
            var third = three.start();
            PostgresFixture.get(first);
            PostgresFixture.get(second);
            PostgresFixture.get(third);
        } finally {
            one.close();
            two.close();
            three.close();
        }
    }
}
