package io.highwater.system;

import io.highwater.cli.Main;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code highwater run} as a process, from the classes under test and without the test classes, in
 * an empty working directory, on free ports. Confined to its caller.
 */
public final class NodeProcess implements AutoCloseable {
    private static final Pattern READY =
            Pattern.compile(
                    "Highwater ready: http://127\\.0\\.0\\.1:(\\d+).*"
                            + "\\(admin http://127\\.0\\.0\\.1:(\\d+)\\)");

    /**
     * All clients of a test have one address, and may be slow: their machine has other things to
     * do.
     */
    private static final Map<String, String> DEFAULTS =
            Map.ofEntries(
                    Map.entry("highwater.limits.connections-per-second", "1000000"),
                    Map.entry("highwater.limits.connections-burst", "1000000"),
                    Map.entry("highwater.limits.address-share", "1"),
                    Map.entry("highwater.keepalive.ping-interval", "0"),
                    Map.entry("highwater.keepalive.idle-timeout", "1h"),
                    Map.entry("highwater.port", "0"),
                    Map.entry("highwater.admin.port", "0"),
                    Map.entry("highwater.handshake.rate-per-ip", "1000000"),
                    Map.entry("highwater.handshake.burst-per-ip", "1000000"),
                    Map.entry("highwater.handshake.streams-per-second", "1000000"),
                    Map.entry("highwater.handshake.streams-burst", "1000000"),
                    Map.entry("highwater.handshake.max-connections", "0"),
                    Map.entry("highwater.handshake.max-connections-per-ip", "0"));

    private final Process process;
    private final Path stderr;
    private final BufferedReader stdout;
    private final List<String> beforeReady = new ArrayList<>();
    private @Nullable Matcher ready;

    private NodeProcess(Process process, Path stderr) {
        this.process = process;
        this.stderr = stderr;
        this.stdout = process.inputReader(StandardCharsets.UTF_8);
    }

    private @Nullable Matcher readReadyLine() throws IOException {
        for (String line = stdout.readLine(); line != null; line = stdout.readLine()) {
            Matcher matcher = READY.matcher(line);
            if (matcher.matches()) {
                return matcher;
            }
            beforeReady.add(line);
        }
        return null;
    }

    /** Returns when it is ready. */
    static NodeProcess start(Path folder, String heap, Map<String, String> settings)
            throws IOException {
        return start(folder, java(heap, List.of()), settings);
    }

    /**
     * Returns when it is ready.
     *
     * @param java as {@link #java} has it, or with more options
     */
    public static NodeProcess start(Path folder, List<String> java, Map<String, String> settings)
            throws IOException {
        NodeProcess node = launch(folder, command(java, settings), Map.of());
        if (node.ready == null) {
            throw new AssertionError("not ready: " + node.stderr());
        }
        return node;
    }

    /** The same, but returns at once; it never counts as ready. */
    public static NodeProcess begin(Path folder, List<String> java, Map<String, String> settings)
            throws IOException {
        return launched(folder, command(java, settings), Map.of());
    }

    private static List<String> command(List<String> java, Map<String, String> settings) {
        List<String> command = new ArrayList<>(java);
        command.add("run");
        Map<String, String> all = new TreeMap<>(DEFAULTS);
        all.putAll(settings);
        all.forEach(
                (key, value) -> {
                    command.add("--set");
                    command.add(key + "=" + value);
                });
        return command;
    }

    static NodeProcess start(Path folder, Map<String, String> settings) throws IOException {
        return start(folder, "-Xmx128m", settings);
    }

    /** Starts any command; returns when it is ready or has closed its standard output. */
    public static NodeProcess launch(
            Path folder, List<String> command, Map<String, String> environment) throws IOException {
        NodeProcess node = launched(folder, command, environment);
        node.ready = node.readReadyLine();
        return node;
    }

    private static NodeProcess launched(
            Path folder, List<String> command, Map<String, String> environment) throws IOException {
        Path stderr = Files.createTempFile(folder, "stderr", ".log");
        // A JVM leaves a signal ignored that was from the start, as in a shell's background job.
        List<String> heeding = new ArrayList<>(List.of("env", "--default-signal=INT"));
        heeding.addAll(command);
        ProcessBuilder builder =
                new ProcessBuilder(heeding)
                        .directory(Files.createTempDirectory(folder, "cwd").toFile())
                        .redirectError(stderr.toFile());
        builder.environment()
                .keySet()
                .removeIf(
                        name ->
                                name.startsWith("JAVA_")
                                        || name.startsWith("JDK_")
                                        || name.startsWith("HIGHWATER_"));
        builder.environment().putAll(environment);
        return new NodeProcess(builder.start(), stderr);
    }

    /** The command line up to the arguments, with {@code more} in front of the class path. */
    public static List<String> java(String heap, List<Path> more) {
        String classes =
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                        .filter(entry -> !entry.endsWith("test-classes"))
                        .map(entry -> Path.of(entry).toAbsolutePath().toString())
                        .collect(Collectors.joining(File.pathSeparator));
        String front =
                more.stream()
                        .map(path -> path.toAbsolutePath() + File.pathSeparator)
                        .collect(Collectors.joining());
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                heap,
                "-XX:+UseG1GC",
                "-XX:+ExitOnOutOfMemoryError",
                "-Djdk.nio.maxCachedBufferSize=262144",
                "-cp",
                front + classes,
                Main.class.getName());
    }

    public boolean isReady() {
        return ready != null;
    }

    public int port() {
        return port(1);
    }

    public int adminPort() {
        return port(2);
    }

    private int port(int group) {
        if (ready == null) {
            throw new IllegalStateException("it never was ready");
        }
        return Integer.parseInt(ready.group(group));
    }

    public AdminClient admin() {
        return new AdminClient(adminPort());
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public long pid() {
        return process.pid();
    }

    /** Processor time that it has used. */
    long cpuNanos() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
    }

    /** Sends SIGTERM. */
    public void terminate() throws IOException, InterruptedException {
        // Process.destroy would close our end of its streams, too.
        signal("TERM");
    }

    public void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    }

    public int awaitExit() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("still running");
        }
        return process.exitValue();
    }

    /** Waits that long at most; whether it has ended. */
    public boolean hasEndedWithin(Duration time) throws InterruptedException {
        return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    public String stderr() throws IOException {
        return Files.readString(stderr);
    }

    /** The lines on stderr that are not of the log. */
    List<String> plainStderr() throws IOException {
        return Files.readAllLines(stderr).stream().filter(line -> !isLog(line)).toList();
    }

    /** Nothing else in here starts with a brace; a torn line of the log does not pass for one. */
    private static boolean isLog(String line) {
        return line.startsWith("{");
    }

    public String readyLine() {
        if (ready == null) {
            throw new IllegalStateException("it never was ready");
        }
        return ready.group();
    }

    List<String> stdoutBeforeReady() {
        return beforeReady;
    }

    /** What came on stdout after the ready line; blocks until the process closes it. */
    public List<String> restOfStdout() {
        return stdout.lines().toList();
    }

    /** The log; a line of it that is not JSON fails the test. */
    List<JsonObject> log() throws IOException {
        return Files.readAllLines(stderr).stream()
                .filter(NodeProcess::isLog)
                // A line may be half written while the process runs.
                .filter(line -> !process.isAlive() || line.endsWith("}"))
                .map(NodeProcess::parse)
                .toList();
    }

    List<JsonObject> log(String event) throws IOException {
        return log().stream().filter(line -> line.getString("event").equals(event)).toList();
    }

    private static JsonObject parse(String line) {
        try (JsonReader reader = Json.createReader(new StringReader(line))) {
            return reader.readObject();
        } catch (RuntimeException e) {
            throw new AssertionError("not a line of JSON: " + line, e);
        }
    }

    /** How many live objects of each class there are, by its name, after a full collection. */
    Map<String, Long> liveObjects() throws IOException, InterruptedException {
        return histogram("\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+(\\S+).*");
    }

    /** Bytes of all live objects, after a full collection. */
    long liveBytes() throws IOException, InterruptedException {
        return histogram("\\s*\\d+:\\s+\\d+\\s+(\\d+)\\s+(\\S+).*").values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    /**
     * @param row groups of the number to return, and of the class
     */
    private Map<String, Long> histogram(String row) throws IOException, InterruptedException {
        Process jcmd =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                                Long.toString(process.pid()),
                                "GC.class_histogram")
                        .redirectErrorStream(true)
                        .start();
        Map<String, Long> objects = new TreeMap<>();
        Pattern pattern = Pattern.compile(row);
        try (BufferedReader lines = jcmd.inputReader()) {
            lines.lines()
                    .map(pattern::matcher)
                    .filter(Matcher::matches)
                    .forEach(m -> objects.merge(m.group(2), Long.parseLong(m.group(1)), Long::sum));
        }
        if (jcmd.waitFor() != 0 || objects.isEmpty()) {
            throw new AssertionError("jcmd shows no histogram");
        }
        return objects;
    }

    /** Kills it if it still runs. */
    @Override
    public void close() {
        process.destroyForcibly();
    }
}
