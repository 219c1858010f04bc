package io.highwater.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/**
 * Only says how to start {@code bench}: the launcher runs it from its own project, which keeps the
 * benchmarks and the peers off the server's class path.
 */
@Command(name = "bench", description = "Measures Highwater beside its peers (by ./highwater only).")
final class BenchCommand implements Callable<Integer> {
    @Spec private @Nullable CommandSpec command;

    @Unmatched private String @Nullable [] arguments;

    @Override
    public Integer call() {
        if (command != null) {
            command.commandLine()
                    .getErr()
                    .println("bench: start it by ./highwater bench; it is built in bench/");
        }
        return ExitCode.USAGE;
    }
}
