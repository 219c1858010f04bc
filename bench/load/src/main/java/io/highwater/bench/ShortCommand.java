package io.highwater.bench;

import io.highwater.bench.client.BenchException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a tool that ends by itself and gives back its lines. Stateless. */
final class ShortCommand {
    private static final int LIMIT_SECONDS = 120;

    private ShortCommand() {}

    static List<String> run(List<String> command) throws IOException {
        return run(command, LIMIT_SECONDS);
    }

    static List<String> run(List<String> command, int limitSeconds) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        // A tool that hangs keeps its output open: killing it ends the reading too.
        process.onExit()
                .orTimeout(limitSeconds, TimeUnit.SECONDS)
                .exceptionally(late -> process.destroyForcibly());
        try (BufferedReader output = process.inputReader()) {
            List<String> lines = output.lines().toList();
            int code = process.waitFor();
            if (code != 0) {
                throw new BenchException(String.join(" ", command) + " failed: " + lines);
            }
            return lines;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted in " + command.get(0), e);
        }
    }
}
