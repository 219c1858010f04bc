package io.highwater.bench;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonWriter;
import jakarta.json.stream.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Map;

/**
 * Where the results of a run go: {@code README.md} for people, {@code results.json} for programs,
 * and plots. Nobody edits them, so that a figure is what was measured. Immutable.
 */
record ResultFolder(Path folder) {
    private static final String PAGE = "README.md";
    private static final String DATA = "results.json";
    private static final String PLOTS = "plots";

    /** A new folder, named for the day; a second run of the same day gets one of its own. */
    static ResultFolder ofDay(Path all, LocalDate day) {
        Path folder = all.resolve(day.toString());
        for (int run = 2; Files.exists(folder); run++) {
            folder = all.resolve(day + "-" + run);
        }
        return new ResultFolder(folder);
    }

    /**
     * Writes both files; what was there is replaced.
     *
     * @param command the words after {@code ./highwater bench}
     * @param tables in Markdown
     */
    void write(Machine machine, String command, String tables, JsonObject data) throws IOException {
        write(machine, command, tables);
        Files.writeString(folder.resolve(DATA), pretty(data) + "\n");
    }

    /** Writes the page alone. */
    void write(Machine machine, String command, String tables) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(
                folder.resolve(PAGE),
                "# Measured on "
                        + machine.date()
                        + "\n\n`./highwater bench "
                        + command
                        + "` has written this page; docs/benchmarks.md says how it measures.\n\n"
                        + machine.inMarkdown()
                        + "\n"
                        + tables.strip()
                        + "\n");
    }

    /** The link to it, in Markdown. */
    String plot(String name, String title, String svg) throws IOException {
        Files.createDirectories(folder.resolve(PLOTS));
        String file = PLOTS + "/" + name + ".svg";
        Files.writeString(folder.resolve(file), svg);
        return "![" + title + "](" + file + ")";
    }

    static String pretty(JsonObject data) {
        StringWriter text = new StringWriter();
        Map<String, ?> style = Map.of(JsonGenerator.PRETTY_PRINTING, true);
        try (JsonWriter writer = Json.createWriterFactory(style).createWriter(text)) {
            writer.write(data);
        }
        return text.toString().strip();
    }
}
