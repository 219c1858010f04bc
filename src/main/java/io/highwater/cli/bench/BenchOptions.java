package io.highwater.cli.bench;

import io.highwater.time.Ticker;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonWriter;
import jakarta.json.stream.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the three benchmarks have in common: options, and the way from a workload to its report. */
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
            description = "JVM options for both servers, after the default ones.")
    private String serverOptions = "";

    @Option(
            names = "--server-command",
            defaultValue = "",
            paramLabel = "COMMAND",
            description =
                    "Another server in Highwater's place: a command that prints"
                            + " 'ready: http://HOST:PORT' and stays in the foreground.")
    private String serverCommand = "";

    @Option(
            names = "--raw-joined",
            description = "The raw loop joins what one turn has for a member into one write.")
    private boolean rawJoined;

    /** For a workload whose server joins them as well, whatever was asked. */
    void joinRawWrites() {
        rawJoined = true;
    }

    /**
     * Runs the workload in turns, prints the report; the exit code.
     *
     * @param asked makes the workload, or throws IllegalArgumentException for what cannot be asked
     */
    int run(Supplier<Workload> asked, String initialHeap) {
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
            List<String> jvmOptions = jvmOptions(initialHeap);
            JsonObject machine = machine(cores, jvmOptions);
            cores.pinThisProcess();
            ServerLauncher launcher =
                    new ServerLauncher(
                            jvmOptions,
                            words(serverCommand),
                            rawJoined ? List.of("--joined") : List.of(),
                            cores);
            Comparison comparison = new Comparison(launcher, workload, rounds, progress);
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

    private List<String> jvmOptions(String initialHeap) {
        int jdk = Runtime.version().feature();
        return Stream.concat(
                        ServerLauncher.defaultJvmOptions(jdk, initialHeap).stream(),
                        words(serverOptions).stream())
                .toList();
    }

    private JsonObject machine(CoreShares cores, List<String> jvmOptions) {
        return Json.createObjectBuilder()
                .add("java", Runtime.version().toString())
                .add("jvmOptions", String.join(" ", jvmOptions))
                .add(
                        "system",
                        System.getProperty("os.name") + " " + System.getProperty("os.version"))
                .add("cores", Runtime.getRuntime().availableProcessors())
                .add(
                        "loadAverageBefore",
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage())
                .add("pinned", cores.server().isPresent())
                .add("serverSettings", String.join(" ", ServerLauncher.OPEN_TO_LOAD))
                .add("rawLoop", rawJoined ? "joined writes" : "one write a message and member")
                .build();
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

    private static List<String> words(String options) {
        return options.isBlank() ? List.of() : List.of(options.trim().split("\\s+"));
    }
}
