package io.highwater.bench;

import io.highwater.bench.client.BenchException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bench compare}: Highwater beside its peers. */
@Command(
        name = "compare",
        description =
                "Measures Highwater beside its peers in turns, and writes tables, JSON and plots.",
        mixinStandardHelpOptions = true)
final class CompareCommand implements Callable<Integer> {
    private static final int MAX_ROUNDS = 100;

    /** What can be measured. */
    enum Topic {
        IDLE(Sections::idle),
        FANOUT(Sections::fanout),
        ECHO(Sections::echo),
        CONNECT(Sections::connect),
        H2(Sections::h2),
        SLOW(Sections::slow),
        MILLION(Sections::million),
        /** Sizes, not contestants. */
        GROWTH(sections -> List.of());

        private final Function<Sections, List<Section>> sections;

        Topic(Function<Sections, List<Section>> sections) {
            this.sections = sections;
        }

        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static String words() {
            return Arrays.stream(values()).map(Topic::word).collect(Collectors.joining(", "));
        }
    }

    @Spec private @Nullable CommandSpec command;

    @Parameters(
            arity = "0..*",
            paramLabel = "WHAT",
            description =
                    "idle, fanout, echo, connect, h2, slow, million or growth; all where none is"
                            + " named.")
    private List<String> topics = new ArrayList<>();

    @Option(names = "--quick", description = "One short turn of each: to see that it works.")
    private boolean quick;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Turns of each contestant (3; 1 with --quick).")
    private @Nullable Integer rounds;

    @Option(
            names = "--contestants",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Only these, by comma: raw, netty, undertow, tomcat, jetty, ws, highwater-wire,"
                            + " highwater-endpoint, highwater-channel, highwater-channel-tls.")
    private List<String> contestants = new ArrayList<>();

    @Option(
            names = "--sockets",
            paramLabel = "N",
            description =
                    "WebSockets of million, and of growth at its largest (1000000; 10000 with --quick).")
    private @Nullable Integer sockets;

    @Option(
            names = "--server-opts",
            defaultValue = "",
            paramLabel = "OPTIONS",
            description = "JVM options for all servers, after the default ones.")
    private String serverOptions = "";

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            description = "Where the results go (bench/results/DATE; target/bench with --quick).")
    private @Nullable Path out;

    @Override
    public Integer call() {
        PrintWriter err = spec().commandLine().getErr();
        Progress progress =
                line -> {
                    err.println(line);
                    err.flush();
                };
        Set<Topic> asked;
        List<Contestant> who;
        Length length;
        try {
            asked = topics();
            who = contestants();
            length = length();
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return spec().exitCodeOnInvalidInput();
        }
        try {
            return run(asked, who, length, progress);
        } catch (BenchException | IOException e) {
            progress.say("bench compare: " + e.getMessage());
            return spec().exitCodeOnExecutionException();
        }
    }

    private int run(Set<Topic> asked, List<Contestant> who, Length length, Progress progress)
            throws IOException {
        Checkout checkout = Checkout.ofThisProcess();
        CoreShares cores = CoreShares.ofThisMachine();
        ServerLauncher launcher =
                new ServerLauncher(checkout, cores, BenchOptions.words(serverOptions), List.of());
        Machine machine = Machine.now(checkout, cores, launcher.jvmOptions(HeapSize.WORK));
        cores.pinThisProcess();
        CompareReport report =
                new CompareReport(folder(checkout, machine), machine, BenchOptions.words(spec()));
        Sections sections = new Sections(BenchOptions.TICKER, length);
        boolean sound = true;
        for (Topic topic : asked) {
            for (Section section : topic.sections.apply(sections)) {
                sound &= measure(section.only(who), launcher, report, progress);
            }
            if (topic == Topic.GROWTH) {
                for (Growth.Series series : new Growth(BenchOptions.TICKER, length).series()) {
                    sound &= grow(series.only(who), launcher, report, progress);
                }
            }
        }
        PrintWriter table = spec().commandLine().getOut();
        table.print(report.tables());
        table.flush();
        if (!sound) {
            progress.say("messages were lost or wrong: some of the figures do not count");
        }
        return sound ? spec().exitCodeOnSuccess() : spec().exitCodeOnExecutionException();
    }

    private ResultFolder folder(Checkout checkout, Machine machine) {
        if (out != null) {
            return new ResultFolder(out);
        }
        return quick
                ? new ResultFolder(checkout.trials())
                : ResultFolder.ofDay(checkout.results(), machine.date());
    }

    private static boolean measure(
            Section section, ServerLauncher launcher, CompareReport report, Progress progress)
            throws IOException {
        if (section.contestants().isEmpty()) {
            return true;
        }
        progress.say("== " + section.title());
        Comparison comparison =
                new Comparison(
                        launcher,
                        section.workload(),
                        section.contestants(),
                        section.heap(),
                        section.rounds(),
                        progress);
        comparison.run();
        report.add(section, comparison);
        return comparison.sound();
    }

    private static boolean grow(
            Growth.Series series, ServerLauncher launcher, CompareReport report, Progress progress)
            throws IOException {
        if (series.contestants().isEmpty()) {
            return true;
        }
        progress.say("== " + series.title());
        List<Comparison> points = new ArrayList<>();
        for (Growth.Point point : series.points()) {
            progress.say("-- " + point.size() + " " + series.sizeTitle());
            Comparison comparison =
                    new Comparison(
                            launcher,
                            point.workload(),
                            series.contestants(),
                            series.heap(),
                            1,
                            progress);
            comparison.run();
            points.add(comparison);
        }
        report.add(series, points);
        return points.stream().allMatch(Comparison::sound);
    }

    private Set<Topic> topics() {
        Set<Topic> asked = EnumSet.noneOf(Topic.class);
        for (String word : topics) {
            asked.add(
                    Arrays.stream(Topic.values())
                            .filter(topic -> topic.word().equals(word))
                            .findFirst()
                            .orElseThrow(
                                    () ->
                                            new IllegalArgumentException(
                                                    "compare: \""
                                                            + word
                                                            + "\" is not one of "
                                                            + Topic.words())));
        }
        return asked.isEmpty() ? EnumSet.allOf(Topic.class) : asked;
    }

    private List<Contestant> contestants() {
        if (contestants.isEmpty()) {
            return List.of(Contestant.values());
        }
        return contestants.stream()
                .map(
                        id ->
                                Contestant.of(id)
                                        .orElseThrow(
                                                () ->
                                                        new IllegalArgumentException(
                                                                "--contestants: \""
                                                                        + id
                                                                        + "\" is not one of "
                                                                        + ids())))
                .toList();
    }

    private static String ids() {
        return Arrays.stream(Contestant.values())
                .map(Contestant::id)
                .collect(Collectors.joining(", "));
    }

    private Length length() {
        Length length = quick ? Length.QUICK : Length.FULL;
        if (rounds != null) {
            length = length.withRounds(Sizes.inRange("--rounds", rounds, 1, MAX_ROUNDS));
        }
        if (sockets != null) {
            length = length.withMillion(Sizes.inRange("--sockets", sockets, 1_000, 10_000_000));
        }
        return length;
    }

    private CommandSpec spec() {
        if (command == null) {
            throw new IllegalStateException("picocli sets it");
        }
        return command;
    }
}
