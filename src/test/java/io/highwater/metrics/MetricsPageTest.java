package io.highwater.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.limits.Ledger;
import io.highwater.limits.TcpConnections;
import io.highwater.limits.TcpLimits;
import io.highwater.log.LogLimit;
import io.highwater.outbound.NonEmptyQueues;
import io.highwater.testing.MetricsFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds docs/metrics.md against the catalogue and a scrape. */
final class MetricsPageTest {
    private static final String METRICS = "| metric | type | labels | meaning |";
    private static final String LABELS = "| label | of | values |";
    private static final Pattern SAMPLE = Pattern.compile("(\\w+)\\{(.*)} \\S+");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    private static List<String> rows(String head) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("docs/metrics.md"));
        assertThat(lines).contains(head);
        return lines.stream()
                .dropWhile(line -> !line.equals(head))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .toList();
    }

    @Test
    void theMetricsAreThoseOfTheCatalogueWithTheLabelsOfAScrape() throws IOException {
        Map<String, Map<String, Set<String>>> shown = scrape();

        assertThat(rows(METRICS))
                .containsExactlyElementsOf(
                        Arrays.stream(Metric.values())
                                .map(metric -> row(metric, labels(shown, metric).keySet()))
                                .toList());
    }

    /** But for those of the build, which are anything, and of rules, which a team adds to. */
    @Test
    void theValuesOfLabelsAreThoseOfAScrape() throws IOException {
        Map<String, Map<String, Set<String>>> shown = scrape();
        Set<String> expected = new TreeSet<>();
        for (Metric metric : Metric.values()) {
            if (metric != Metric.BUILD_INFO && metric != Metric.HANDSHAKES) {
                labels(shown, metric)
                        .forEach(
                                (label, values) ->
                                        expected.add(
                                                label + " " + metric.exposedName() + " " + values));
            }
        }

        Set<String> written = new TreeSet<>();
        for (String row : rows(LABELS)) {
            String[] cells = row.substring(2).split(" \\| ?");
            for (String metric : codes(cells[1])) {
                written.add(codes(cells[0]).get(0) + " " + metric + " " + set(codes(cells[2])));
            }
        }
        assertThat(written).containsExactlyElementsOf(expected);
    }

    private static String row(Metric metric, Set<String> labels) {
        return String.format(
                "| `%s` | %s | %s | %s |",
                metric.exposedName(),
                metric.type().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                labels.isEmpty()
                        ? "none"
                        : labels.stream()
                                .map(label -> '`' + label + '`')
                                .collect(Collectors.joining(", ")),
                metric.help());
    }

    private static Map<String, Set<String>> labels(
            Map<String, Map<String, Set<String>>> shown, Metric metric) {
        return shown.getOrDefault(metric.exposedName(), Map.of());
    }

    /** Of each metric of a node that has done nothing yet: its labels, and their values. */
    private static Map<String, Map<String, Set<String>>> scrape() {
        Map<String, Map<String, Set<String>>> shown = new TreeMap<>();
        try (NodeMetrics metrics = MetricsFixture.of(new NonEmptyQueues())) {
            Ledger ledger = Ledger.unbounded();
            metrics.watch(
                    ledger,
                    new TcpConnections(
                            TcpLimits.unlimited(),
                            ledger.payers(),
                            metrics.limits(),
                            () -> 0,
                            LogLimit.none()));
            metrics.watchBackbone(() -> true);
            metrics.watchArchive(() -> true);
            metrics.scrape("text/plain", 0)
                    .lines()
                    .map(SAMPLE::matcher)
                    .filter(Matcher::matches)
                    .forEach(
                            sample ->
                                    LABEL.matcher(sample.group(2))
                                            .results()
                                            .filter(label -> !label.group(1).equals("le"))
                                            .forEach(
                                                    label ->
                                                            shown.computeIfAbsent(
                                                                            sample.group(1),
                                                                            n -> new TreeMap<>())
                                                                    .computeIfAbsent(
                                                                            label.group(1),
                                                                            n -> new TreeSet<>())
                                                                    .add(label.group(2))));
        }
        return shown;
    }

    private static List<String> codes(String cell) {
        return CODE.matcher(cell).results().map(found -> found.group(1)).toList();
    }

    private static Set<String> set(List<String> values) {
        return new TreeSet<>(values);
    }
}
