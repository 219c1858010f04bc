package io.highwater.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One core for the server and the others for the load client, by taskset(1), so that neither's work
 * is counted as, or waits for, the other's. Immutable.
 *
 * @param server the server's core; empty where nothing is pinned
 * @param client the client's cores; empty where nothing is pinned
 */
record CoreShares(Optional<Integer> server, List<Integer> client) {
    static CoreShares none() {
        return new CoreShares(Optional.empty(), List.of());
    }

    /** None with fewer than two cores or without taskset. */
    static CoreShares ofThisMachine() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status) || !hasTaskset()) {
            return none();
        }
        return of(ProcessStatus.allowedCores(Files.readAllLines(status)));
    }

    static CoreShares of(List<Integer> cores) {
        if (cores.size() < 2) {
            return none();
        }
        return new CoreShares(Optional.of(cores.get(0)), cores.subList(1, cores.size()));
    }

    /** What goes in front of a server's command; taskset becomes the server, so the pid is its. */
    List<String> serverPrefix() {
        return server.map(core -> List.of("taskset", "-c", core.toString())).orElse(List.of());
    }

    /** Moves all threads of this JVM to the client's cores. */
    void pinThisProcess() throws IOException {
        if (client.isEmpty()) {
            return;
        }
        String cores = client.stream().map(String::valueOf).collect(Collectors.joining(","));
        String pid = Long.toString(ProcessHandle.current().pid());
        ShortCommand.run(List.of("taskset", "-a", "-c", "-p", cores, pid));
    }

    private static boolean hasTaskset() {
        String path = System.getenv("PATH");
        return path != null
                && Stream.of(path.split(File.pathSeparator))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "taskset")));
    }
}
