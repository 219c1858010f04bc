package io.highwater.bench;

import io.highwater.bench.client.BenchException;
import io.highwater.bench.client.Ticker;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonWriter;
import jakarta.json.stream.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
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
        PrintWriter out = spec().commandLine().getOut();
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
            ServerLauncher launcher =
                    new ServerLauncher(
                            Checkout.ofThisProcess(),
                            cores,
                            words(serverOptions),
                            words(serverCommand));
            JsonObject machine = Machine.now(cores, launcher.jvmOptions(heap)).toJson();
            Comparison comparison =
                    new Comparison(
                            launcher,
                            workload,
                            List.of(measured, Contestant.RAW),
                            heap,
                            rounds,
                            progress);
            comparison.run();
            print(out, comparison.report().add("machine", machine).build());
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

    private void print(PrintWriter out, JsonObject report) {
        StringWriter text = new StringWriter();
        Map<String, ?> style = oneLine ? Map.of() : Map.of(JsonGenerator.PRETTY_PRINTING, true);
        try (JsonWriter writer = Json.createWriterFactory(style).createWriter(text)) {
            writer.write(report);
        }
        out.println(text.toString().strip());
        out.flush();
    }

    private CommandSpec spec() {
        if (command == null) {
            throw new IllegalStateException("picocli sets it");
        }
        return command;
    }

    static List<String> words(String options) {
        return options.isBlank() ? List.of() : List.of(options.trim().split("\\s+"));
    }
}
