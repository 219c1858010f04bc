package io.highwater.bench;

import io.highwater.bench.client.BenchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Starts the contestants with this JVM's java and the same JVM options, and kills those that still
 * run when this JVM ends, by Ctrl-C too.
 *
 * <p>Confined to one thread but for the shutdown hook.
 */
final class ServerLauncher {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final int FIRST_JDK_WITH_COMPACT_HEADERS = 25;
    private static final int FIRST_JDK_THAT_WARNS_OF_UNSAFE = 24;

    private final Checkout checkout;
    private final CoreShares cores;
    private final List<String> extraOptions;
    private final List<String> serverCommand;
    private final Path javaHome = Path.of(System.getProperty("java.home"));
    private final Path workFolder;
    private final Set<Process> running = ConcurrentHashMap.newKeySet();
    private volatile boolean ending;

    /**
     * @param extraOptions JVM options for all, after the default ones
     * @param serverCommand in place of Highwater's, or empty
     */
    ServerLauncher(
            Checkout checkout,
            CoreShares cores,
            List<String> extraOptions,
            List<String> serverCommand)
            throws IOException {
        this.checkout = checkout;
        this.cores = cores;
        this.extraOptions = List.copyOf(extraOptions);
        this.serverCommand = List.copyOf(serverCommand);
        // Not the current folder: a highwater.properties there must not change what is measured.
        workFolder = Files.createTempDirectory("highwater-bench");
        Runtime.getRuntime().addShutdownHook(new Thread(this::killAll, "bench-end"));
    }

    /** G1 as on any server with two cores (a pinned JVM would choose another collector). */
    List<String> jvmOptions(HeapSize heap) {
        int jdk = Runtime.version().feature();
        List<String> options =
                new ArrayList<>(
                        List.of("-XX:+UseG1GC", "-Xms" + heap.initial(), "-Xmx" + heap.most()));
        if (jdk >= FIRST_JDK_WITH_COMPACT_HEADERS) {
            options.add("-XX:+UseCompactObjectHeaders");
        }
        if (jdk >= FIRST_JDK_THAT_WARNS_OF_UNSAFE) {
            options.add("--sun-misc-unsafe-memory-access=allow");
            options.add("--enable-native-access=ALL-UNNAMED");
        }
        options.addAll(extraOptions);
        return List.copyOf(options);
    }

    /** The server, ready. */
    ServerProcess start(Contestant contestant, HeapSize heap, Progress progress)
            throws IOException {
        return start(contestant, List.of(), heap, progress);
    }

    /**
     * The server, ready.
     *
     * @param arguments after its own
     */
    ServerProcess start(
            Contestant contestant, List<String> arguments, HeapSize heap, Progress progress)
            throws IOException {
        checkout.prepare(contestant, progress);
        List<String> command = new ArrayList<>(cores.serverPrefix());
        if (contestant.isHighwater() && !serverCommand.isEmpty()) {
            command.addAll(serverCommand);
        } else {
            if (contestant.isJava()) {
                command.add(javaHome.resolve("bin/java").toString());
                command.addAll(jvmOptions(heap));
            }
            command.addAll(checkout.program(contestant));
        }
        command.addAll(arguments);
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
        LiveHeap.Source heapSource =
                contestant.isJava()
                        ? LiveHeap.ofJvm(javaHome.resolve("bin/jcmd"), process.pid())
                        : LiveHeap.bySignal(process.pid());
        ServerProcess server = new ServerProcess(process, heapSource);
        try {
            server.awaitPort(START_LIMIT);
            return server;
        } catch (BenchException e) {
            server.close();
            throw e;
        }
    }

    private void killAll() {
        ending = true;
        running.forEach(Process::destroyForcibly);
        workFolder.toFile().delete();
    }
}
