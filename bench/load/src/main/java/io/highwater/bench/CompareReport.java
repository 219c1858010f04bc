package io.highwater.bench;

import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What {@code bench compare} has found, as tables in Markdown, JSON and plots. It is written after
 * each section, so that a run that is broken off leaves what it had. Confined to one thread.
 */
final class CompareReport {
    private final ResultFolder folder;
    private final Machine machine;
    private final String command;
    private final List<Found> sections = new ArrayList<>();
    private final List<Grown> grown = new ArrayList<>();

    private record Found(
            Section section, Map<Contestant, Figures> medians, JsonObject json, String plot) {}

    private record Grown(
            Growth.Series series,
            List<Map<Contestant, Figures>> medians,
            JsonArray json,
            List<String> plots) {}

    /**
     * @param command what was asked for
     */
    CompareReport(ResultFolder folder, Machine machine, String command) {
        this.folder = folder;
        this.machine = machine;
        this.command = command;
    }

    void add(Section section, Comparison comparison) throws IOException {
        Map<Contestant, Figures> medians = comparison.medians();
        Column drawn = section.columns().get(0);
        List<Svg.Bar> bars = new ArrayList<>();
        medians.forEach(
                (contestant, figures) -> {
                    Double value = figures.byName().get(drawn.figure());
                    if (value != null) {
                        bars.add(
                                new Svg.Bar(
                                        contestant.title(),
                                        value / drawn.divisor(),
                                        contestant.isHighwater()));
                    }
                });
        String plot =
                folder.plot(
                        section.id(),
                        section.title() + ": " + drawn.head(),
                        Svg.bars(section.title(), drawn.head(), bars));
        sections.add(new Found(section, medians, comparison.report().build(), plot));
        write();
    }

    void add(Growth.Series series, List<Comparison> points) throws IOException {
        JsonArrayBuilder json = Json.createArrayBuilder();
        points.forEach(point -> json.add(point.report()));
        List<Map<Contestant, Figures>> medians = points.stream().map(Comparison::medians).toList();
        List<String> plots = new ArrayList<>();
        for (Column column : series.columns()) {
            plots.add(
                    folder.plot(
                            series.id() + "-" + column.figure(),
                            series.title() + ": " + column.head(),
                            Svg.lines(
                                    series.title(),
                                    column.head(),
                                    series.sizeTitle(),
                                    lines(series, medians, column))));
        }
        grown.add(new Grown(series, medians, json.build(), plots));
        write();
    }

    private static List<Svg.Line> lines(
            Growth.Series series, List<Map<Contestant, Figures>> medians, Column column) {
        double[] x = series.points().stream().mapToDouble(Growth.Point::size).toArray();
        return series.contestants().stream()
                .map(
                        contestant ->
                                new Svg.Line(
                                        contestant.title(),
                                        x,
                                        medians.stream()
                                                .mapToDouble(m -> value(m, contestant, column))
                                                .toArray()))
                .toList();
    }

    private static double value(
            Map<Contestant, Figures> medians, Contestant contestant, Column column) {
        Figures figures = medians.get(contestant);
        Double value = figures == null ? null : figures.byName().get(column.figure());
        return value == null ? 0 : value / column.divisor();
    }

    /** The tables, as they stand in their file. */
    String tables() {
        StringBuilder text = new StringBuilder();
        for (Found found : sections) {
            section(text, found);
        }
        for (Grown growth : grown) {
            growth(text, growth);
        }
        bounds(text);
        return text.toString();
    }

    private static void section(StringBuilder text, Found found) {
        Section section = found.section;
        text.append("## ").append(section.title()).append("\n\n");
        if (!section.note().isEmpty()) {
            text.append(section.note()).append("\n\n");
        }
        header(text, "", section.columns());
        found.medians.forEach(
                (contestant, figures) -> row(text, contestant.title(), section.columns(), figures));
        text.append('\n').append(found.plot).append("\n\n");
    }

    private static void growth(StringBuilder text, Grown growth) {
        text.append("## ").append(growth.series.title()).append("\n\n");
        header(text, growth.series.sizeTitle(), growth.series.columns());
        for (int i = 0; i < growth.medians.size(); i++) {
            int size = growth.series.points().get(i).size();
            growth.medians
                    .get(i)
                    .forEach(
                            (contestant, figures) ->
                                    row(
                                            text,
                                            String.format("%,d %s", size, contestant.title()),
                                            growth.series.columns(),
                                            figures));
        }
        text.append('\n');
        growth.plots.forEach(plot -> text.append(plot).append('\n'));
        text.append('\n');
    }

    private static void header(StringBuilder text, String first, List<Column> columns) {
        text.append("| ").append(first).append(" |");
        columns.forEach(column -> text.append(' ').append(column.head()).append(" |"));
        text.append("\n|---|").append("---:|".repeat(columns.size())).append('\n');
    }

    private static void row(
            StringBuilder text, String label, List<Column> columns, Figures figures) {
        text.append("| ").append(label).append(" |");
        for (Column column : columns) {
            Double value = figures.byName().get(column.figure());
            text.append(' ')
                    .append(value == null ? "" : Svg.number(value / column.divisor()))
                    .append(" |");
        }
        text.append('\n');
    }

    private void bounds(StringBuilder text) {
        StringBuilder rows = new StringBuilder();
        for (Found found : sections) {
            for (Bound bound : found.section.bounds()) {
                OptionalDouble value = bound.value(found.medians);
                if (value.isPresent()) {
                    boolean holds = value.getAsDouble() <= bound.most();
                    rows.append("| ")
                            .append(bound.title())
                            .append(" | ")
                            .append(Svg.number(bound.most()))
                            .append(" | ")
                            .append(Svg.number(value.getAsDouble()))
                            .append(holds ? " | yes |\n" : " | **no** |\n");
                }
            }
        }
        if (rows.length() > 0) {
            text.append(
                            "## Bounds\n\n| bound | at most | measured | holds |\n|---|---:|---:|---|\n")
                    .append(rows);
        }
    }

    private void write() throws IOException {
        folder.write(machine, command, tables(), json());
    }

    private JsonObject json() {
        var all = Json.createObjectBuilder().add("machine", machine.toJson());
        for (Found found : sections) {
            all.add(found.section.id(), found.json);
        }
        for (Grown growth : grown) {
            all.add(growth.series.id(), growth.json);
        }
        return all.build();
    }
}
