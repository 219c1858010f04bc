package io.highwater.chaos;

import io.highwater.system.NodeProcess;
import io.highwater.testing.FreePort;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A node that is started again and again on the same port. Called by one thread. */
final class ChaosNode implements AutoCloseable {
    private static final String HEAP = "-Xmx192m";
    private static final int LOGGED_LINES = 40;

    private final Path folder;
    private final String name;
    private final int port;
    private final Map<String, String> settings;
    private final List<Path> front;
    private @Nullable NodeProcess process;

    /** What processes before this one have logged. */
    private final List<String> logs = new ArrayList<>();

    /**
     * @param settings beside those that every node of a run has
     * @param front what lies in front of the class path
     */
    ChaosNode(Path folder, String name, Map<String, String> settings, List<Path> front)
            throws IOException {
        this.folder = folder;
        this.name = name;
        this.port = FreePort.findForRestarts();
        this.settings = new HashMap<>(settings);
        this.settings.putAll(
                Map.of(
                        "highwater.node", name,
                        "highwater.port", "" + port,
                        "highwater.drain.window", "500ms",
                        "highwater.limits.commands-per-second", "1000000",
                        "highwater.limits.commands-burst", "1000000"));
        this.front = List.copyOf(front);
    }

    String name() {
        return name;
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** Returns when it is ready. */
    void start() throws IOException {
        startWith(List.of());
    }

    /**
     * The same, just this time with something changed.
     *
     * @param more lies in front of the rest
     */
    void startWith(List<Path> more) throws IOException {
        List<Path> all = new ArrayList<>(more);
        all.addAll(front);
        process = NodeProcess.start(folder, NodeProcess.java(HEAP, all), settings);
    }

    /** Starts it and kills it after a while, ready or not. */
    void startAndKill(Duration after) throws IOException, InterruptedException {
        NodeProcess half = NodeProcess.begin(folder, NodeProcess.java(HEAP, front), settings);
        if (!half.hasEndedWithin(after)) {
            half.signal("KILL");
        }
        half.awaitExit();
        logs.add(half.stderr());
    }

    private NodeProcess running() {
        if (process == null) {
            throw new IllegalStateException(name + " was not started");
        }
        return process;
    }

    void kill() throws IOException, InterruptedException {
        running().signal("KILL");
        ended();
    }

    /** Stops it in order. */
    void drain() throws IOException, InterruptedException {
        running().terminate();
        ended();
    }

    private void ended() throws IOException, InterruptedException {
        running().awaitExit();
        logs.add(running().stderr());
        process = null;
    }

    /** Nothing in it runs any more, but its sockets stay open. */
    void pause() throws IOException, InterruptedException {
        running().signal("STOP");
    }

    void resume() throws IOException, InterruptedException {
        running().signal("CONT");
    }

    /** The last lines that its processes have logged. */
    String log() throws IOException {
        if (process != null) {
            logs.add(process.stderr());
        }
        List<String> lines = String.join("\n", logs).lines().toList();
        return name
                + ":\n"
                + String.join(
                        "\n",
                        lines.subList(Math.max(0, lines.size() - LOGGED_LINES), lines.size()));
    }

    @Override
    public void close() throws InterruptedException {
        if (process != null) {
            process.close();
            process.awaitExit();
        }
    }
}
