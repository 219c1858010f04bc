package io.highwater.cli.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Starts the contestants with this JVM's java and class path and the same JVM options, and kills
 * those that still run when this JVM ends, by Ctrl-C too.
 *
 * <p>Confined to one thread but for the shutdown hook.
 */
final class ServerLauncher {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final int FIRST_JDK_WITH_COMPACT_HEADERS = 25;
    // One address opens everything here, as fast as it can: the rules that would refuse it are off.
    static final List<String> OPEN_TO_LOAD =
            List.of(
                    "-Dhighwater.handshake.rate-per-ip=1000000",
                    "-Dhighwater.handshake.burst-per-ip=1000000",
                    "-Dhighwater.handshake.max-connections=0",
                    "-Dhighwater.handshake.max-connections-per-ip=0",
                    "-Dhighwater.limits.commands-per-second=1000000",
                    "-Dhighwater.limits.commands-burst=1000000",
                    "-Dhighwater.admin.port=0");

    private final List<String> jvmOptions;
    private final List<String> serverCommand;
    private final List<String> rawOptions;
    private final CoreShares cores;
    private final Path javaHome = Path.of(System.getProperty("java.home"));
    private final Path workFolder;
    private final Set<Process> running = ConcurrentHashMap.newKeySet();
    private volatile boolean ending;

    /**
     * @param jvmOptions for both contestants
     * @param serverCommand in place of Highwater's, or empty
     * @param rawOptions for the {@link RawLoop}
     */
    ServerLauncher(
            List<String> jvmOptions,
            List<String> serverCommand,
            List<String> rawOptions,
            CoreShares cores)
            throws IOException {
        this.jvmOptions = List.copyOf(jvmOptions);
        this.serverCommand = List.copyOf(serverCommand);
        this.rawOptions = List.copyOf(rawOptions);
        this.cores = cores;
        // Not the current folder: a highwater.properties there must not change what is measured.
        workFolder = Files.createTempDirectory("highwater-bench");
        Runtime.getRuntime().addShutdownHook(new Thread(this::killAll, "bench-end"));
    }

    /** G1 as on any server with two cores (a pinned JVM would choose another collector). */
    static List<String> defaultJvmOptions(int jdk, String initialHeap) {
        List<String> options =
                new ArrayList<>(List.of("-XX:+UseG1GC", "-Xms" + initialHeap, "-Xmx2g"));
        if (jdk >= FIRST_JDK_WITH_COMPACT_HEADERS) {
            options.add("-XX:+UseCompactObjectHeaders");
        }
        return List.copyOf(options);
    }

    /** The server, ready. */
    ServerProcess start(Contestant contestant) throws IOException {
        List<String> command = new ArrayList<>(cores.serverPrefix());
        command.addAll(
                switch (contestant) {
                    case HIGHWATER -> serverCommand.isEmpty() ? highwater() : serverCommand;
                    case RAW -> raw();
                });
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(workFolder.toFile())
                        .redirectErrorStream(true);
        // What is set for a server of the same machine must not change what is measured.
        builder.environment().keySet().removeIf(name -> name.startsWith("HIGHWATER_"));
        Process process = builder.start();
        running.add(process);
        if (ending) {
            process.destroyForcibly();
        }
        process.onExit().thenAccept(running::remove);
        ServerProcess server = new ServerProcess(process, javaHome.resolve("bin/jcmd"));
        try {
            server.awaitPort(START_LIMIT);
            return server;
        } catch (BenchException e) {
            server.close();
            throw e;
        }
    }

    private List<String> highwater() {
        List<String> command = java();
        command.addAll(OPEN_TO_LOAD);
        command.addAll(List.of("io.highwater.cli.Main", "run", "--port", "0"));
        return command;
    }

    private List<String> raw() {
        List<String> command = java();
        command.add(RawLoop.class.getName());
        command.addAll(rawOptions);
        return command;
    }

    private List<String> java() {
        List<String> command = new ArrayList<>();
        command.add(javaHome.resolve("bin/java").toString());
        command.addAll(jvmOptions);
        command.add("-cp");
        command.add(
                Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                        .map(entry -> Path.of(entry).toAbsolutePath().toString())
                        .collect(Collectors.joining(File.pathSeparator)));
        return command;
    }

    private void killAll() {
        ending = true;
        running.forEach(Process::destroyForcibly);
        workFolder.toFile().delete();
    }
}
