package io.highwater.bench;

import io.highwater.bench.client.BenchException;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The Redis that nodes share: one of our own, or one that runs. Confined to one thread. */
final class RedisServer implements AutoCloseable {
    private static final List<String> NAMES = List.of("redis-server", "valkey-server");
    private static final int START_TRIES = 200;
    private static final int DEFAULT_PORT = 6379;

    private final URI uri;
    private final @Nullable Process process;
    private final RedisConnection connection;
    private final String version;

    private RedisServer(URI uri, @Nullable Process process, RedisConnection connection)
            throws IOException {
        this.uri = uri;
        this.process = process;
        this.connection = connection;
        Map<String, String> server = connection.info("server");
        version =
                server.containsKey("valkey_version")
                        ? "Valkey " + server.get("valkey_version")
                        : "Redis " + server.getOrDefault("redis_version", "unknown");
    }

    /** One that runs already. */
    static RedisServer at(String address) throws IOException {
        URI uri = URI.create(address);
        if (!"redis".equals(uri.getScheme()) || uri.getHost() == null) {
            throw new IllegalArgumentException(
                    "--redis-uri is \"" + address + "\": allowed is redis://HOST:PORT");
        }
        int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
        RedisConnection connection = new RedisConnection(uri.getHost(), port);
        String user = uri.getUserInfo();
        if (user != null) {
            int colon = user.indexOf(':');
            String password = user.substring(colon + 1);
            connection.ask(
                    colon > 0
                            ? new String[] {"AUTH", user.substring(0, colon), password}
                            : new String[] {"AUTH", password});
        }
        return new RedisServer(uri, null, connection);
    }

    /**
     * Starts one, with an append-only file, as docs/cluster.md asks.
     *
     * @param named the program; null takes redis-server or valkey-server from the path
     * @param folder for its files
     */
    static RedisServer start(@Nullable Path named, Path folder) throws IOException {
        Path program = named == null ? onPath() : named;
        int port = freePort();
        Path log = folder.resolve("redis.log");
        Process process =
                new ProcessBuilder(
                                program.toString(),
                                "--port",
                                "" + port,
                                "--bind",
                                "127.0.0.1",
                                "--dir",
                                folder.toString(),
                                "--save",
                                "",
                                "--appendonly",
                                "yes")
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "redis-end"));
        try {
            RedisConnection connection = connect(process, port);
            return new RedisServer(URI.create("redis://127.0.0.1:" + port), process, connection);
        } catch (IOException e) {
            process.destroyForcibly();
            throw new BenchException(
                    program + " does not start: " + Files.readString(log).strip(), e);
        }
    }

    private static RedisConnection connect(Process process, int port) throws IOException {
        IOException last = new IOException("it was not asked");
        for (int i = 0; i < START_TRIES && process.isAlive(); i++) {
            try {
                RedisConnection connection = new RedisConnection("127.0.0.1", port);
                connection.ask("PING");
                return connection;
            } catch (IOException e) {
                last = e;
                pause();
            }
        }
        throw last;
    }

    private static void pause() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static Path onPath() {
        String path = System.getenv("PATH");
        List<String> folders = path == null ? List.of() : List.of(path.split(File.pathSeparator));
        Optional<Path> found =
                NAMES.stream()
                        .flatMap(name -> folders.stream().map(folder -> Path.of(folder, name)))
                        .filter(Files::isExecutable)
                        .findFirst();
        return found.orElseThrow(
                () ->
                        new BenchException(
                                "neither redis-server nor valkey-server is on the path: install"
                                        + " one, or name it with --redis-server FILE, or a Redis"
                                        + " that runs with --redis-uri URI"));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** The settings of a node that shares it, with keys that no other run uses. */
    List<String> settings(String node, String prefix) {
        return Stream.of(
                        "highwater.node=" + node,
                        "highwater.backbone=redis",
                        "highwater.redis.uri=" + uri,
                        "highwater.redis.prefix=" + prefix)
                .flatMap(setting -> Stream.of("--set", setting))
                .toList();
    }

    /** What it is, and in which version. */
    String version() {
        return version;
    }

    RedisLoad load() throws IOException {
        return RedisLoad.of(connection.info("cpu"), connection.ask("INFO", "commandstats"));
    }

    @Override
    public void close() throws IOException {
        connection.close();
        if (process != null) {
            process.destroyForcibly();
            try {
                process.waitFor(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
