package io.highwater.bench;

import io.highwater.bench.client.BenchException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
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
    private static final Pattern SECURE = Pattern.compile("https://[^:/ ]+:(\\d+)");
    private static final int LINES_KEPT = 20;
    private static final int LINE_SECONDS = 60;

    private final Process process;
    private final LiveHeap.Source heap;
    // Guarded by itself.
    private final Deque<String> lastLines = new ArrayDeque<>();
    // What it prints once it is ready; bounded: nobody reads what a JVM logs.
    private final BlockingQueue<String> later = new ArrayBlockingQueue<>(LINES_KEPT);
    private final CompletableFuture<Integer> ready = new CompletableFuture<>();

    /**
     * @param process just started, its error stream joined to its output
     */
    ServerProcess(Process process, LiveHeap.Source heap) {
        this.process = process;
        this.heap = heap;
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

    /** The port of its TLS, as its ready line has it. */
    int securePort() {
        synchronized (lastLines) {
            return lastLines.stream()
                    .map(SECURE::matcher)
                    .filter(Matcher::find)
                    .mapToInt(matcher -> Integer.parseInt(matcher.group(1)))
                    .findFirst()
                    .orElseThrow(() -> new BenchException("the server names no TLS port"));
        }
    }

    CpuTime cpuTime() throws IOException {
        return CpuTime.parse(Files.readString(proc("stat")));
    }

    long residentBytes() throws IOException {
        return ProcessStatus.residentBytes(Files.readAllLines(proc("status")));
    }

    /** Resident memory outside the heap. */
    long nativeBytes(NativeMemory.Range heap) throws IOException {
        return NativeMemory.bytes(Files.readAllLines(proc("smaps")), heap);
    }

    /** Collects garbage, then counts what lives; takes a second or two. */
    LiveHeap liveHeap() throws IOException {
        later.clear();
        return heap.count(this::nextLine);
    }

    private String nextLine() {
        try {
            String line = later.poll(LINE_SECONDS, TimeUnit.SECONDS);
            if (line == null) {
                throw new BenchException("the server says nothing" + output());
            }
            return line;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted while a server was asked", e);
        }
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
                } else if (ready.isDone() && !later.offer(line)) {
                    later.poll();
                    later.offer(line);
                }
            }
            ready.completeExceptionally(new BenchException("its output ended"));
        } catch (IOException | UncheckedIOException e) {
            ready.completeExceptionally(e);
        }
    }
}
