package io.highwater.bench;

import io.highwater.bench.client.BenchException;
import io.highwater.bench.client.Ticker;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What the benchmarks beside the raw loop have in common: options, and the way from a workload to
 * its report.
 */
final class BenchOptions {
    static final Ticker TICKER = Ticker.system();

    private static final int MAX_ROUNDS = 100;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    @Option(
            names = "--rounds",
            defaultValue = "3",
            description = "Turns of each server (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            description = "Writes the results there as well: README.md and results.json.")
    private @Nullable Path out;

    @Option(names = "--json", description = "The JSON on one line.")
    private boolean oneLine;

    @Option(
            names = "--server-opts",
            defaultValue = "",
            paramLabel = "OPTIONS",
            description = "JVM options for all servers, after the default ones.")
    private String serverOptions = "";

    @Option(
            names = "--server-command",
            defaultValue = "",
            paramLabel = "COMMAND",
            description =
                    "Another server in Highwater's place: a command that prints"
                            + " 'ready: http://HOST:PORT' and stays in the foreground.")
    private String serverCommand = "";

    /**
     * Runs the workload in turns, prints the report; the exit code.
     *
     * @param measured who stands beside the raw loop
     * @param asked makes the workload, or throws IllegalArgumentException for what cannot be asked
     */
    int run(Supplier<Workload> asked, Contestant measured, HeapSize heap) {
        PrintWriter stdout = spec().commandLine().getOut();
        PrintWriter err = spec().commandLine().getErr();
        Workload workload;
        try {
            Sizes.inRange("--rounds", rounds, 1, MAX_ROUNDS);
            workload = asked.get();
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return spec().exitCodeOnInvalidInput();
        }
        Progress progress =
                line -> {
                    err.println(line);
                    err.flush();
                };
        try {
            CoreShares cores = CoreShares.ofThisMachine();
            cores.pinThisProcess();
            Checkout checkout = Checkout.ofThisProcess();
            ServerLauncher launcher =
                    new ServerLauncher(checkout, cores, words(serverOptions), words(serverCommand));
            Machine machine = Machine.now(checkout, cores, launcher.jvmOptions(heap));
            Comparison comparison =
                    new Comparison(
                            launcher,
                            workload,
                            List.of(measured, Contestant.RAW),
                            heap,
                            rounds,
                            progress);
            comparison.run();
            JsonObject report = comparison.report().add("machine", machine.toJson()).build();
            print(stdout, report);
            if (out != null) {
                new ResultFolder(out)
                        .write(machine, words(spec()), table(workload, comparison), report);
            }
            if (!comparison.sound()) {
                progress.say("messages were lost or wrong: the figures do not count");
                return spec().exitCodeOnExecutionException();
            }
            return spec().exitCodeOnSuccess();
        } catch (BenchException | IOException e) {
            progress.say("bench " + workload.name() + ": " + e.getMessage());
            return spec().exitCodeOnExecutionException();
        }
    }

    private void print(PrintWriter stdout, JsonObject report) {
        stdout.println(oneLine ? report.toString() : ResultFolder.pretty(report));
        stdout.flush();
    }

    /** Each figure of each contestant, the median of its turns. */
    private static String table(Workload workload, Comparison comparison) {
        Map<Contestant, Figures> medians = comparison.medians();
        StringBuilder text = new StringBuilder("## " + workload.name() + "\n\n| |");
        medians.keySet().forEach(one -> text.append(' ').append(one.title()).append(" |"));
        text.append("\n|---|").append("---:|".repeat(medians.size())).append('\n');
        Set<String> names = new LinkedHashSet<>();
        medians.values().forEach(figures -> names.addAll(figures.byName().keySet()));
        for (String name : names) {
            text.append("| ").append(name).append(" |");
            for (Figures figures : medians.values()) {
                Double value = figures.byName().get(name);
                text.append(' ').append(value == null ? "" : Svg.number(value)).append(" |");
            }
            text.append('\n');
        }
        return text.toString();
    }

    private CommandSpec spec() {
        if (command == null) {
            throw new IllegalStateException("picocli sets it");
        }
        return command;
    }

    /** What was asked for: all after {@code bench}. */
    static String words(CommandSpec command) {
        return String.join(" ", command.root().commandLine().getParseResult().originalArgs());
    }

    static List<String> words(String options) {
        return options.isBlank() ? List.of() : List.of(options.trim().split("\\s+"));
    }
}
