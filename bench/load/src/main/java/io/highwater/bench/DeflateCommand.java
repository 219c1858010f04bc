package io.highwater.bench;

import java.io.IOException;
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
                    + " many connections in turn, and the bytes that each of them keeps. Prints the"
                    + " README's table.",
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
        words.addAll(Checkout.ofThisProcess().engine("DeflateTable"));
        words.add(Integer.toString(connections));
        words.add(Integer.toString(rounds));
        return new ProcessBuilder(words).inheritIO().start().waitFor();
    }
}
