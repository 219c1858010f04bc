package io.highwater.bench;

import io.highwater.bench.BackboneBench.Part;
import io.highwater.bench.client.BenchException;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bench backbone}. */
@Command(
        name = "backbone",
        description = {
            "The log of the channels: nodes on a Redis, the archive in a folder, each figure beside"
                    + " the bound that it must hold.",
            "Starts redis-server or valkey-server from the path, unless a Redis is named."
        },
        mixinStandardHelpOptions = true)
final class BackboneCommand implements Callable<Integer> {
    private static final int MAX_RATE = 100_000;
    private static final int MAX_ROUNDS = 100;
    private static final int MIN_ARCHIVED = 10_000;
    private static final int MAX_ARCHIVED = 100_000_000;

    @Spec private @Nullable CommandSpec command;

    @Parameters(
            paramLabel = "PART",
            arity = "0..*",
            description = "Of delivery, redis, durable, recovery, start, fanout; none is all.")
    private List<String> parts = new ArrayList<>();

    @Option(
            names = "--redis-uri",
            paramLabel = "URI",
            description = {
                "A Redis that runs, redis://HOST:PORT; it keeps what is published, under keys that"
                        + " begin with bench-. Its own figures count only if nobody else uses it."
            })
    private @Nullable String redisUri;

    @Option(
            names = "--redis-server",
            paramLabel = "FILE",
            description = "The program of the Redis or Valkey that is started.")
    private @Nullable Path redisServer;

    @Option(
            names = "--postgres-url",
            paramLabel = "URL",
            description = {
                "An archive in PostgreSQL to measure as well, as highwater.archive.url has it; the"
                        + " database must be empty. Without it that figure is left out."
            })
    private @Nullable String postgresUrl;

    @Option(
            names = "--rate",
            defaultValue = "1000",
            description = "Messages per second, where that is fixed (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--clients",
            defaultValue = "10000",
            description = "Clients that come back at once (default: ${DEFAULT-VALUE}).")
    private int clients;

    @Option(
            names = "--archive-messages",
            defaultValue = "1000000",
            description =
                    "In the archive of the node that starts (default: ${DEFAULT-VALUE}); a million"
                            + " takes 280 MB and 10 seconds.")
    private int archiveMessages;

    @Option(
            names = "--seconds",
            defaultValue = "10",
            description = "Length of each window (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "10",
            description = "Seconds of load before each (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(
            names = "--rounds",
            defaultValue = "3",
            description = "Turns of each kind of log in the fan-out (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            description = "Writes the results there as well: README.md and results.json.")
    private @Nullable Path out;

    @Option(names = "--json", description = "JSON on one line instead of the table.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        PrintWriter err = spec().commandLine().getErr();
        List<Part> asked;
        BackboneBench.Size size;
        try {
            asked = asked();
            size =
                    new BackboneBench.Size(
                            Sizes.inRange("--rate", rate, 1, MAX_RATE),
                            Sizes.inRange("--clients", clients, 100, 1_000_000),
                            Sizes.inRange(
                                    "--archive-messages",
                                    archiveMessages,
                                    MIN_ARCHIVED,
                                    MAX_ARCHIVED),
                            Sizes.inRange("--rounds", rounds, 1, MAX_ROUNDS),
                            Sizes.seconds("--warm-up", warmUp),
                            Sizes.seconds("--seconds", seconds));
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return spec().exitCodeOnInvalidInput();
        }
        Progress progress =
                line -> {
                    err.println(line);
                    err.flush();
                };
        Path folder = Files.createTempDirectory("highwater-backbone");
        try (RedisServer redis = redis(folder)) {
            measure(asked, size, redis, folder, progress);
            return spec().exitCodeOnSuccess();
        } catch (BenchException | IOException e) {
            progress.say("bench backbone: " + e.getMessage());
            return spec().exitCodeOnExecutionException();
        } catch (IllegalArgumentException e) {
            progress.say("bench backbone: " + e.getMessage());
            return spec().exitCodeOnInvalidInput();
        } finally {
            delete(folder);
        }
    }

    private List<Part> asked() {
        if (parts.isEmpty()) {
            return List.of(Part.values());
        }
        return parts.stream().map(BackboneCommand::part).distinct().toList();
    }

    private static Part part(String word) {
        return Arrays.stream(Part.values())
                .filter(part -> part.word().equals(word))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "\""
                                                + word
                                                + "\" is not one of "
                                                + Arrays.stream(Part.values())
                                                        .map(Part::word)
                                                        .collect(Collectors.joining(", "))));
    }

    private RedisServer redis(Path folder) throws IOException {
        if (redisUri != null) {
            return RedisServer.at(redisUri);
        }
        return RedisServer.start(redisServer, Files.createDirectory(folder.resolve("redis")));
    }

    private void measure(
            List<Part> asked,
            BackboneBench.Size size,
            RedisServer redis,
            Path folder,
            Progress progress)
            throws IOException {
        Checkout checkout = Checkout.ofThisProcess();
        ServerLauncher launcher =
                new ServerLauncher(checkout, CoreShares.none(), List.of(), List.of());
        Machine machine =
                Machine.now(checkout, CoreShares.none(), launcher.jvmOptions(HeapSize.WORK));
        BackboneBench bench =
                new BackboneBench(
                        checkout,
                        launcher,
                        redis,
                        postgresUrl,
                        folder,
                        size,
                        BenchOptions.TICKER,
                        progress);
        List<BackboneRow> rows = new ArrayList<>();
        for (Part part : asked) {
            rows.addAll(bench.measure(part));
        }
        JsonObject report =
                Json.createObjectBuilder()
                        .add("redis", redis.version())
                        .add("rows", BackboneRow.json(rows))
                        .add("machine", machine.toJson())
                        .build();
        String table = redis.version() + "\n\n" + BackboneRow.table(rows);
        PrintWriter stdout = spec().commandLine().getOut();
        stdout.println(json ? report.toString() : machine.inMarkdown() + "\n" + table);
        stdout.flush();
        if (out != null) {
            new ResultFolder(out).write(machine, BenchOptions.words(spec()), table, report);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
    }

    private CommandSpec spec() {
        if (command == null) {
            throw new IllegalStateException("picocli sets it");
        }
        return command;
    }
}
