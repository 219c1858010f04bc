package io.highwater.cli.bench;

import java.io.IOException;
import java.io.PrintWriter;
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
                    + " 256 connections in turn, and the bytes that each of them keeps. Prints the"
                    + " README's table.",
            "In this process, without a server."
        },
        mixinStandardHelpOptions = true)
final class DeflateCommand implements Callable<Integer> {
    private static final int MAX_ROUNDS = 100;

    @Spec private @Nullable CommandSpec command;

    @Option(
            names = "--rounds",
            defaultValue = "3",
            description = "Turns of each mode, after one to warm up (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Override
    public Integer call() throws IOException {
        if (command == null) {
            throw new IllegalStateException("picocli sets it");
        }
        PrintWriter err = command.commandLine().getErr();
        try {
            Sizes.inRange("--rounds", rounds, 1, MAX_ROUNDS);
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return command.exitCodeOnInvalidInput();
        }
        Progress progress =
                line -> {
                    err.println(line);
                    err.flush();
                };
        PrintWriter out = command.commandLine().getOut();
        new DeflateTable(DeflateTable.CONNECTIONS, rounds, progress)
                .measure()
                .forEach(out::println);
        out.flush();
        return command.exitCodeOnSuccess();
    }
}
