package io.highwater.abuse;

import io.highwater.cli.Main;
import io.highwater.system.NodeProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A node of 256 MB with default limits, as {@code JAVA_OPTS=-Xmx256m ./highwater run --tls} starts
 * it, on the newest JDK of this machine. Confined to its caller but for {@link #isAlive}.
 */
final class AbuseNode implements AutoCloseable {
    /** Channels of these names are under LATEST, which no default is. */
    static final String LATEST_PREFIX = "latest.";

    private static final String ACCOUNT = "highwater_account_bytes{";

    private static final Pattern TLS = Pattern.compile(" https://127\\.0\\.0\\.1:(\\d+)");
    private static final Pattern VERSION = Pattern.compile("JAVA_VERSION=\"(\\d+)");
    private static final int COMPACT_HEADERS_SINCE = 25;

    private final NodeProcess process;
    private final Path jdk;
    private final int tlsPort;

    private AbuseNode(NodeProcess process, Path jdk) throws IOException {
        this.process = process;
        this.jdk = jdk;
        Matcher matcher = TLS.matcher(process.readyLine());
        if (!matcher.find()) {
            throw new IOException("no TLS: " + process.readyLine());
        }
        tlsPort = Integer.parseInt(matcher.group(1));
    }

    /** Returns when it is ready. */
    static AbuseNode start(Path folder) throws IOException {
        Path jdk = newestJdk();
        List<String> command = new ArrayList<>();
        command.add(jdk.resolve("bin/java").toString());
        command.addAll(
                List.of(
                        "-XX:+UseG1GC",
                        "-XX:MaxRAMPercentage=70",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-Djdk.nio.maxCachedBufferSize=262144",
                        "-Djava.awt.headless=true"));
        if (feature(jdk) >= COMPACT_HEADERS_SINCE) {
            command.addAll(
                    List.of(
                            "-XX:+UseCompactObjectHeaders",
                            "--sun-misc-unsafe-memory-access=allow"));
        }
        command.addAll(
                List.of(
                        "-Xmx256m",
                        "-cp",
                        classes(),
                        Main.class.getName(),
                        "run",
                        "--port",
                        "0",
                        "--tls",
                        "--set",
                        "highwater.tls.port=0",
                        "--set",
                        "highwater.admin.port=0",
                        "--set",
                        "highwater.channels.latest.prefix=" + LATEST_PREFIX,
                        "--set",
                        "highwater.channels.latest.policy=LATEST"));
        Map<String, String> state = Map.of("XDG_STATE_HOME", folder.toString());
        NodeProcess process = NodeProcess.launch(folder, command, state);
        if (!process.isReady()) {
            throw new AssertionError("not ready: " + process.stderr());
        }
        return new AbuseNode(process, jdk);
    }

    private static String classes() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes"))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static Path newestJdk() throws IOException {
        Path newest = Path.of(System.getProperty("java.home"));
        Path all = Path.of("/usr/lib/jvm");
        if (Files.isDirectory(all)) {
            try (Stream<Path> jdks = Files.list(all)) {
                for (Path jdk : jdks.toList()) {
                    if (feature(jdk) > feature(newest)) {
                        newest = jdk;
                    }
                }
            }
        }
        return newest;
    }

    /** 0 where there is no JDK. */
    private static int feature(Path jdk) throws IOException {
        Path release = jdk.resolve("release");
        if (!Files.isExecutable(jdk.resolve("bin/jcmd")) || !Files.exists(release)) {
            return 0;
        }
        Matcher matcher = VERSION.matcher(Files.readString(release));
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    }

    int port() {
        return process.port();
    }

    int tlsPort() {
        return tlsPort;
    }

    int adminPort() {
        return process.adminPort();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Sessions as the node counts them. */
    int sessions() {
        return (int) process.admin().metrics().connections();
    }

    /** Bytes of heap that the node's accounts say clients make it keep. */
    private long charged() {
        return (long)
                process.admin().metrics().samples().entrySet().stream()
                        .filter(sample -> sample.getKey().startsWith(ACCOUNT))
                        .mapToDouble(Map.Entry::getValue)
                        .sum();
    }

    /** How many sessions have ended with each close code, in words. */
    String closes() {
        StringBuilder words = new StringBuilder();
        process.admin()
                .metrics()
                .samples()
                .forEach(
                        (sample, count) -> {
                            if (sample.startsWith("highwater_closes_total{") && count > 0) {
                                words.append(sample.substring(sample.indexOf('{')))
                                        .append(' ')
                                        .append(count.longValue())
                                        .append(' ');
                            }
                        });
        return words.toString();
    }

    /** What is live after a full collection, and how many sockets are open. */
    Footprint footprint() throws IOException, InterruptedException {
        return Footprint.of(jdk.resolve("bin/jcmd"), process.pid(), sessions(), charged());
    }

    /** All that it has written to its log. */
    List<String> log() throws IOException {
        return process.stderr().lines().toList();
    }

    /** Of a node that has died. */
    String lastWords() throws InterruptedException {
        return "exit code " + process.awaitExit() + " " + process.restOfStdout();
    }

    @Override
    public void close() {
        process.close();
    }
}
