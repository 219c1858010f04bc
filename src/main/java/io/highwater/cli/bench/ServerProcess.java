package io.highwater.cli.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server under test in a JVM of its own, and what the system says of that process.
 *
 * <p>A daemon thread reads its output; all else is for one thread.
 */
final class ServerProcess implements AutoCloseable {
    private static final Pattern READY = Pattern.compile("ready: http://[^:/ ]+:(\\d+)");
    private static final int LINES_KEPT = 20;

    private final Process process;
    private final Path jcmd;
    // Guarded by itself.
    private final Deque<String> lastLines = new ArrayDeque<>();
    private final CompletableFuture<Integer> ready = new CompletableFuture<>();

    /**
     * @param process just started, its error stream joined to its output
     */
    ServerProcess(Process process, Path jcmd) {
        this.process = process;
        this.jcmd = jcmd;
        Thread reader = new Thread(this::readOutput, "bench-server-output");
        reader.setDaemon(true);
        reader.start();
    }

    /** The port of its ready line, once it has printed that. */
    int awaitPort(Duration limit) {
        try {
            return ready.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new BenchException("no ready line from the server after " + limit + output(), e);
        } catch (ExecutionException e) {
            throw new BenchException("the server ended before it was ready" + output(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted while a server started", e);
        }
    }

    /** The port it serves; only once it is ready. */
    int port() {
        return ready.join();
    }

    CpuTime cpuTime() throws IOException {
        return CpuTime.parse(Files.readString(proc("stat")));
    }

    long residentBytes() throws IOException {
        return ProcessStatus.residentBytes(Files.readAllLines(proc("status")));
    }

    /** Collects garbage twice, then counts what lives; takes a second or two. */
    ClassHistogram liveObjects() throws IOException {
        String pid = Long.toString(process.pid());
        ShortCommand.run(List.of(jcmd.toString(), pid, "GC.run"));
        ShortCommand.run(List.of(jcmd.toString(), pid, "GC.run"));
        return ClassHistogram.parse(
                ShortCommand.run(List.of(jcmd.toString(), pid, "GC.class_histogram")));
    }

    /** The last lines it printed, for a message that says what went wrong. */
    String output() {
        synchronized (lastLines) {
            return lastLines.isEmpty() ? "" : ":\n  " + String.join("\n  ", lastLines);
        }
    }

    /** Kills it: it has nothing to save, and a graceful end would cost a drain window each turn. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Path proc(String file) {
        return Path.of("/proc", Long.toString(process.pid()), file);
    }

    private void readOutput() {
        try (BufferedReader output = process.inputReader()) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                synchronized (lastLines) {
                    if (lastLines.size() == LINES_KEPT) {
                        lastLines.removeFirst();
                    }
                    lastLines.addLast(line);
                }
                Matcher matcher = READY.matcher(line);
                if (matcher.find()) {
                    ready.complete(Integer.parseInt(matcher.group(1)));
                }
            }
            ready.completeExceptionally(new BenchException("its output ended"));
        } catch (IOException | UncheckedIOException e) {
            ready.completeExceptionally(e);
        }
    }
}
