package io.highwater.testing;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import redis.embedded.core.ExecutableProvider;

/**
 * A real Redis in a process of its own, with a folder of its own: a Redis loads a dump that lies in
 * its folder, whatever its settings are. Confined to its test.
 */
public final class RedisProcess implements AutoCloseable {
    private static final Duration GUARD = Duration.ofSeconds(60);

    private final Path directory;
    private final List<String> options;
    private final int port;
    private final RedisClient client;

    private Process process;
    private StatefulRedisConnection<String, String> connection;

    private RedisProcess(Path directory, int port, List<String> options) {
        this.directory = directory;
        this.port = port;
        this.options = options;
        this.client =
                RedisClient.create(RedisURI.builder().withHost("127.0.0.1").withPort(port).build());
    }

    /**
     * Starts one.
     *
     * @param parent gets the folder
     * @param options as on the command line
     */
    public static RedisProcess start(Path parent, String... options) throws Exception {
        int port =
                List.of(options).contains("--cluster-enabled")
                        ? FreePort.findForCluster()
                        : FreePort.findForRestarts();
        return start(parent, port, options);
    }

    /** The same on a given port. */
    public static RedisProcess start(Path parent, int port, String... options) throws Exception {
        Path directory = Files.createTempDirectory(parent, "redis-");
        RedisProcess redis = new RedisProcess(directory, port, List.of(options));
        redis.start();
        return redis;
    }

    /**
     * Starts a Sentinel.
     *
     * @param config its file, which it will change
     */
    public static RedisProcess startSentinel(Path parent, int port, Path config) throws Exception {
        return start(parent, port, "" + config, "--sentinel");
    }

    /** Starts it again, with what lies in its folder. */
    public void start() throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Executable.FILE.getPath());
        boolean sentinel = options.contains("--sentinel");
        if (sentinel) {
            command.add(options.get(0)); // The file comes first.
        }
        command.addAll(
                List.of("--port", "" + port, "--bind", "127.0.0.1", "--dir", "" + directory));
        if (!sentinel) {
            command.addAll(List.of("--save", ""));
        }
        command.addAll(options.subList(sentinel ? 1 : 0, options.size()));
        process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("redis.log").toFile())
                        .start();
        awaitAnswer();
    }

    private void awaitAnswer() throws Exception {
        long end = System.nanoTime() + GUARD.toNanos();
        while (!answers()) {
            if (!process.isAlive() || System.nanoTime() - end > 0) {
                throw new IOException(Files.readString(directory.resolve("redis.log")));
            }
            process.waitFor(20, TimeUnit.MILLISECONDS);
        }
    }

    /** An error is an answer too, such as that a password is needed, but not "LOADING". */
    private boolean answers() {
        try {
            commands().ping();
            return true;
        } catch (RedisException e) {
            disconnect();
            String text = String.valueOf(e.getCause() == null ? e : e.getCause());
            return text.contains("NOAUTH") || text.contains("WRONGPASS");
        }
    }

    public int port() {
        return port;
    }

    public String uri() {
        return "redis://127.0.0.1:" + port;
    }

    public Path directory() {
        return directory;
    }

    /** For the test's own questions. */
    public RedisCommands<String, String> commands() {
        if (connection == null) {
            connection = client.connect();
        }
        return connection.sync();
    }

    private void disconnect() {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }

    /** As {@code kill -9}. */
    public void kill() throws InterruptedException {
        disconnect();
        process.destroyForcibly();
        if (!process.waitFor(GUARD.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("Redis does not end");
        }
    }

    /** Stops its work, as a machine that hangs. */
    public void pause() throws Exception {
        signal("STOP");
    }

    public void resume() throws Exception {
        signal("CONT");
    }

    private void signal(String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
        client.shutdown(0, 1, TimeUnit.SECONDS);
    }

    /**
     * The server's executable: the one that the system property {@code redis.server} names, such as
     * {@code mvn verify -Dredis.server=/usr/bin/valkey-server}, or else the one of embedded-redis.
     */
    public static Path executable() {
        return Executable.FILE.toPath();
    }

    private static final class Executable {
        private static final File FILE = named();

        private static File named() {
            String named = System.getProperty("redis.server");
            return named == null ? extracted() : new File(named);
        }

        /** Copied out of the jar once. */
        private static File extracted() {
            try {
                return ExecutableProvider.newJarResourceProvider().get();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }
}
