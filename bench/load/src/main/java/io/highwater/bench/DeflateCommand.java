package io.highwater.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench deflate}. */
@Command(
        name = "deflate",
        description = {
            "Compression by corpus, size and mode: ratio / microseconds of processor a message, for"
                    + " many connections in turn, and the bytes that each of them keeps.",
            "In a process of its own, without a server."
        },
        mixinStandardHelpOptions = true)
final class DeflateCommand implements Callable<Integer> {
    private static final int MAX_ROUNDS = 100;
    private static final int MAX_CONNECTIONS = 10_000;

    @Spec private @Nullable CommandSpec command;

    @Option(
            names = "--connections",
            defaultValue = "2048",
            description = {
                "Connections that take turns (default: ${DEFAULT-VALUE}). A Deflater each is about"
                        + " 350 KB, and much cheaper where the processor's cache holds them all."
            })
    private int connections;

    @Option(
            names = "--rounds",
            defaultValue = "3",
            description = "Turns of each mode, after one to warm up (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            description = "Writes the table there as well, into README.md.")
    private @Nullable Path out;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (command == null) {
            throw new IllegalStateException("picocli sets it");
        }
        try {
            Sizes.inRange("--connections", connections, 1, MAX_CONNECTIONS);
            Sizes.inRange("--rounds", rounds, 1, MAX_ROUNDS);
        } catch (IllegalArgumentException e) {
            command.commandLine().getErr().println(e.getMessage());
            return command.exitCodeOnInvalidInput();
        }
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        Checkout checkout = Checkout.ofThisProcess();
        words.addAll(checkout.engine("DeflateTable"));
        words.add(Integer.toString(connections));
        words.add(Integer.toString(rounds));
        Process process =
                new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        PrintWriter stdout = command.commandLine().getOut();
        StringBuilder table = new StringBuilder();
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                stdout.println(line);
                stdout.flush();
                table.append(line).append('\n');
            }
        }
        int code = process.waitFor();
        if (out != null && code == 0) {
            Machine machine = Machine.now(checkout, CoreShares.none(), List.of());
            new ResultFolder(out).write(machine, BenchOptions.words(command), table.toString());
        }
        return code;
    }
}
