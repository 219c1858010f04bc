package io.highwater.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * A real PostgreSQL in processes of its own, which syncs what it commits. Tests that do not harm it
 * share one; each has its own database there. Confined to its test.
 */
public final class PostgresServer implements AutoCloseable {
    private static final Duration GUARD = Duration.ofSeconds(120);
    private static final AtomicLong NAMES = new AtomicLong();
    private static final String USER = "postgres";

    static {
        // It logs each line of the server, and that it cannot stop one that is gone.
        if (LoggerFactory.getLogger("io.zonky.test") instanceof Logger chatty) {
            chatty.setLevel(Level.OFF);
        }
    }

    private final Path directory;
    private final int port;
    private @Nullable EmbeddedPostgres server;

    private PostgresServer(Path directory, int port) {
        this.directory = directory;
        this.port = port;
    }

    /** The one that tests share; it ends with the JVM. */
    public static PostgresServer shared() {
        return Shared.SERVER;
    }

    /**
     * Starts one.
     *
     * @param directory an empty folder, or one that does not exist
     */
    public static PostgresServer start(Path directory) throws Exception {
        PostgresServer started = new PostgresServer(directory, FreePort.findForRestarts());
        started.start();
        return started;
    }

    /** Starts it again, with what lies in its folder. */
    public void start() throws IOException {
        server =
                EmbeddedPostgres.builder()
                        .setDataDirectory(directory)
                        .setCleanDataDirectory(false)
                        .setPort(port)
                        .setServerConfig("fsync", "on")
                        .setServerConfig("synchronous_commit", "on")
                        .setPGStartupWait(GUARD)
                        .start();
    }

    public int port() {
        return port;
    }

    public Path directory() {
        return directory;
    }

    /** The URL of a new database, which is empty. */
    public String newDatabase() throws SQLException {
        return url(create(""));
    }

    /** The URL of a new database, with what another has, to which nobody is connected. */
    public String copyOf(String template) throws SQLException {
        return url(create(" TEMPLATE " + template));
    }

    private String create(String options) throws SQLException {
        String name = "test_" + NAMES.incrementAndGet();
        execute("CREATE DATABASE " + name + options);
        return name;
    }

    /** The URL of a database, with a user who may do everything. */
    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=" + USER;
    }

    /** Runs a statement as the administrator. */
    public void execute(String sql) throws SQLException {
        execute(url("postgres"), sql);
    }

    /** Runs a statement in the database of a URL. */
    public static void execute(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The first column of the first row of a query; null if there is none. */
    public static @Nullable String text(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    /** Whether it is there: it ends by itself if it finds no room to recover after a crash. */
    public boolean isRunning() throws IOException {
        Path file = directory.resolve("postmaster.pid");
        return Files.exists(file)
                && ProcessHandle.of(Long.parseLong(Files.readAllLines(file).get(0).strip()))
                        .isPresent();
    }

    /** As {@code kill -9} of all its processes at once; some may have ended by themselves. */
    public void kill() throws Exception {
        List<ProcessHandle> all =
                Files.exists(directory.resolve("postmaster.pid")) ? processes() : List.of();
        all.forEach(ProcessHandle::destroyForcibly);
        for (ProcessHandle process : all) {
            process.onExit().get(GUARD.toSeconds(), TimeUnit.SECONDS);
        }
        close();
    }

    /** Stops its work, as a machine that hangs. */
    public void pause() throws Exception {
        signal("STOP");
    }

    public void resume() throws Exception {
        signal("CONT");
    }

    private void signal(String name) throws Exception {
        for (ProcessHandle process : processes()) {
            new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
        }
    }

    private List<ProcessHandle> processes() throws IOException {
        String pid = Files.readAllLines(directory.resolve("postmaster.pid")).get(0).strip();
        List<ProcessHandle> all = new ArrayList<>();
        ProcessHandle.of(Long.parseLong(pid))
                .ifPresent(
                        postmaster -> {
                            all.add(postmaster);
                            postmaster.descendants().forEach(all::add);
                        });
        return all;
    }

    @Override
    public void close() throws IOException {
        EmbeddedPostgres running = server;
        server = null;
        if (running != null) {
            running.close();
        }
    }

    private static final class Shared {
        private static final PostgresServer SERVER = started();

        private static PostgresServer started() {
            try {
                Path directory = Files.createTempDirectory("postgres-");
                PostgresServer server = start(directory);
                Runtime.getRuntime()
                        .addShutdownHook(new Thread(() -> remove(server), "remove-postgres"));
                return server;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        private static void remove(PostgresServer server) {
            try {
                server.kill();
                try (Stream<Path> files = Files.walk(server.directory)) {
                    files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
                }
            } catch (Exception e) {
                // The folder stays.
            }
        }
    }
}
