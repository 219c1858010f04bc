package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.testing.FreePort;
import io.highwater.testing.RedisProcess;
import io.highwater.testing.SocketOverHttp1;
import io.highwater.testing.TestSocket;
import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** "Two nodes on one machine" of docs/cluster.md, run as written, but on free ports. */
@Timeout(600)
final class ClusterPageIT {
    private static final Duration GUARD = Duration.ofSeconds(60);
    private static final Pattern SECTION =
            Pattern.compile("## Two nodes on one machine\n(.*?)\n## ", Pattern.DOTALL);
    private static final Pattern COMMAND = Pattern.compile("(?m)^ {4}(\\S.*)$");
    private static final Pattern ADDRESS =
            Pattern.compile("http://localhost:\\d+/#channel/(\\S+?)[ :]");

    @TempDir(cleanup = CleanupMode.NEVER)
    private Path folder;

    /** The ports that the page names or leaves at their defaults, and those that stand for them. */
    private final Map<String, Integer> ports = new LinkedHashMap<>();

    private final List<Runnable> ends = new ArrayList<>();
    private String section;

    @BeforeEach
    void readPage() throws IOException {
        List<MatchResult> found =
                SECTION.matcher(Files.readString(Path.of("docs/cluster.md"))).results().toList();
        assertThat(found).hasSize(1);
        section = found.get(0).group(1);
        for (String port : List.of("6379", "8080", "8081", "9090", "9091")) {
            ports.put(port, FreePort.find());
        }
        Files.createSymbolicLink(
                folder.resolve("highwater"), Path.of("highwater").toAbsolutePath());
        Files.createSymbolicLink(
                Files.createDirectory(folder.resolve("bin")).resolve("redis-server"),
                RedisProcess.executable().toAbsolutePath());
    }

    @AfterEach
    void stop() {
        for (int i = ends.size() - 1; i >= 0; i--) {
            ends.get(i).run();
        }
    }

    @Test
    void whatIsTypedOnOnePageAppearsOnBoth() throws Exception {
        List<String> commands = commands();
        startRedis(commands.get(0));
        NodeProcess a = startNode(commands.get(1));
        NodeProcess b = startNode(commands.get(2));
        assertThat(List.of(a.port(), a.adminPort(), b.port(), b.adminPort()))
                .containsExactly(
                        ports.get("8080"), ports.get("9090"), ports.get("8081"), ports.get("9091"));

        List<String> channels =
                ADDRESS.matcher(section).results().map(address -> address.group(1)).toList();
        assertThat(channels).hasSize(2);
        List<String> pages =
                Pattern.compile("http://localhost:\\d+/")
                        .matcher(onFreePorts(section))
                        .results()
                        .map(MatchResult::group)
                        .toList();
        assertThat(pages)
                .containsExactly(
                        "http://localhost:" + a.port() + "/", "http://localhost:" + b.port() + "/");
        for (String page : pages) {
            assertThat(get(page)).contains("<html");
        }
        try (TestSocket onA = open(a, channels.get(0));
                TestSocket onB = open(b, channels.get(1))) {
            publish(onA, channels.get(0), "m1");
            assertThat(next(onA, "\"type\":\"published\"")).contains("\"level\":\"log\"");
            next(onB, "\"msgId\":\"m1\"");
            publish(onB, channels.get(1), "m2");
            next(onA, "\"msgId\":\"m2\"");
        }
    }

    private List<String> commands() {
        List<String> commands =
                COMMAND.matcher(section).results().map(line -> line.group(1)).toList();
        assertThat(commands).hasSize(3);
        assertThat(commands.get(0)).startsWith("redis-server ");
        assertThat(commands.subList(1, 3)).allMatch(line -> line.startsWith("./highwater run "));
        return commands.stream().map(this::onFreePorts).toList();
    }

    private String onFreePorts(String text) {
        String changed = text;
        for (Map.Entry<String, Integer> port : ports.entrySet()) {
            changed = changed.replaceAll("\\b" + port.getKey() + "\\b", "" + port.getValue());
        }
        return changed;
    }

    private void startRedis(String command) throws Exception {
        Path log = folder.resolve("redis.log");
        ProcessBuilder builder =
                new ProcessBuilder("bash", "-c", "exec " + command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        builder.environment()
                .merge("PATH", folder.resolve("bin") + File.pathSeparator, (old, bin) -> bin + old);
        Process redis = builder.start();
        ends.add(() -> end(redis));
        await().until(() -> !redis.isAlive() || isOpen(ports.get("6379")));
        assertThat(redis.isAlive()).as(Files.readString(log)).isTrue();
    }

    private static boolean isOpen(int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port));
            return true;
        } catch (ConnectException e) {
            return false;
        }
    }

    private static void end(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(GUARD.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * The ports that its command does not name come from the environment, instead of 8080, 9090.
     */
    private NodeProcess startNode(String command) throws Exception {
        NodeProcess node =
                NodeProcess.launch(
                        folder,
                        List.of("bash", "-c", "cd '" + folder + "' && exec " + command),
                        Map.of(
                                "HIGHWATER_PORT",
                                "" + ports.get("8080"),
                                "HIGHWATER_ADMIN_PORT",
                                "" + ports.get("9090"),
                                "HIGHWATER_JAVA",
                                System.getProperty("java.home"),
                                "JAVA_OPTS",
                                "-Xmx128m"));
        ends.add(node::close);
        assertThat(node.isReady()).as(node.stderr()).isTrue();
        return node;
    }

    private static String get(String address) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(address)).timeout(GUARD).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static TestSocket open(NodeProcess node, String channel) throws Exception {
        URI server = URI.create("http://127.0.0.1:" + node.port());
        TestSocket socket = SocketOverHttp1.open(server, "/v1/ws", "highwater.v1").reading();
        socket.text("{\"type\":\"hello\",\"id\":1,\"client\":\"reader\",\"attempt\":0}");
        socket.text("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"" + channel + "\"}");
        next(socket, "\"type\":\"subscribed\"");
        return socket;
    }

    private static void publish(TestSocket socket, String channel, String msgId) throws Exception {
        socket.text(
                "{\"type\":\"publish\",\"id\":3,\"channel\":\""
                        + channel
                        + "\",\"msgId\":\""
                        + msgId
                        + "\",\"data\":\"hello\"}");
    }

    /** The next message that contains this; those before it are passed over. */
    private static String next(TestSocket socket, String part) throws Exception {
        List<String> others = new ArrayList<>();
        for (TestSocket.Received received = socket.next(GUARD);
                received != null && !received.isClose();
                received = socket.next(GUARD)) {
            if (received.text().contains(part)) {
                return received.text();
            }
            others.add(received.text());
        }
        throw new AssertionError("no message with " + part + " but " + others);
    }
}
