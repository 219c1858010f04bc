package io.highwater.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A script of src/test/node while it runs. It prints one line of JSON at its end; one that needs
 * something from the test on the way prints a word and reads a line. Confined to the test's thread.
 */
public final class NodeScript implements AutoCloseable {
    /** The script's own guard; it knows best what it was waiting for. */
    private static final Duration GUARD = Duration.ofSeconds(240);

    private static final Duration KILL_AFTER = GUARD.plusSeconds(30);
    private static final String END = "";

    private final String name;
    private final Process process;
    private final Path errors;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final long startedNanos = System.nanoTime();

    private NodeScript(String name, Process process, Path errors) {
        this.name = name;
        this.process = process;
        this.errors = errors;
        Thread reader = new Thread(this::readLines, name + "-output");
        reader.setDaemon(true);
        reader.start();
    }

    /** Runs a script that needs no browser to its end and returns its result, which says ok. */
    public static JsonObject run(String name, Object... arguments) {
        try (NodeScript script = start(name, arguments)) {
            return script.result();
        }
    }

    /** As {@link #run}, for a script that drives Chromium. */
    public static JsonObject runInChromium(String name, Object... arguments) {
        try (NodeScript script = startInChromium(name, arguments)) {
            return script.result();
        }
    }

    public static NodeScript start(String name, Object... arguments) {
        return launch(name, new ProcessBuilder(), arguments);
    }

    public static NodeScript startInChromium(String name, Object... arguments) {
        ProcessBuilder builder = new ProcessBuilder();
        builder.environment().put("CHROMIUM", ForeignPrograms.chromium().toString());
        return launch(name, builder, arguments);
    }

    private static NodeScript launch(String name, ProcessBuilder builder, Object... arguments) {
        List<String> command = new ArrayList<>();
        command.add(ForeignPrograms.node().toString());
        Path folder = NodeWorkspace.prepare();
        command.add(folder.resolve(name + ".mjs").toString());
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        builder.environment().put("GUARD_MS", Long.toString(GUARD.toMillis()));
        Path errors = folder.resolve(name + ".err");
        try {
            Process process =
                    builder.command(command)
                            .directory(folder.toFile())
                            .redirectError(errors.toFile())
                            .start();
            return new NodeScript(name, process, errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the script prints exactly this line. */
    public void awaitLine(String expected) {
        String line = nextLine();
        if (!line.equals(expected)) {
            throw failure("printed '" + line + "' instead of '" + expected + "'");
        }
    }

    /** Hands the script a line on its standard input. */
    public void tell(String line) {
        try {
            Writer in = process.outputWriter(UTF_8);
            in.write(line + "\n");
            in.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(failure("no longer reads").getMessage(), e);
        }
    }

    /** Waits for the script's one line of JSON; a result that is not ok fails the test. */
    public JsonObject result() {
        String line = nextLine();
        try (JsonReader reader = Json.createReader(new StringReader(line))) {
            JsonObject result = reader.readObject();
            if (!result.getBoolean("ok")) {
                throw failure(
                        "while: " + result.getString("step") + "\n" + result.getString("error"));
            }
            return result;
        } catch (jakarta.json.JsonException e) {
            throw failure("printed no JSON but '" + line + "'");
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private String nextLine() {
        long leftNanos = KILL_AFTER.toNanos() - (System.nanoTime() - startedNanos);
        try {
            String line = lines.poll(Math.max(leftNanos, 0), TimeUnit.NANOSECONDS);
            if (line == null) {
                throw failure("said nothing within " + KILL_AFTER);
            }
            if (line.equals(END)) {
                throw failure("ended without a result");
            }
            return line;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure("was interrupted");
        }
    }

    private AssertionError failure(String what) {
        try {
            return new AssertionError(name + " " + what + "\n" + Files.readString(errors));
        } catch (IOException e) {
            return new AssertionError(name + " " + what, e);
        }
    }

    private void readLines() {
        try (BufferedReader out = process.inputReader(UTF_8)) {
            out.lines().filter(line -> !line.isEmpty()).forEach(lines::add);
        } catch (IOException | UncheckedIOException e) {
            lines.add("output broke off: " + e);
        } finally {
            lines.add(END);
        }
    }
}
