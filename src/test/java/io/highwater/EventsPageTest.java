package io.highwater;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/operations.md lists every event that the log, the archive and the cluster write. */
final class EventsPageTest {
    private static final Path SOURCES = Path.of("src/main/java/io/highwater");
    private static final Pattern KEY = Pattern.compile("addKeyValue\\(\\s*\"[^\"]*\"");
    private static final Pattern WORD = Pattern.compile("\"([a-z][a-z0-9]*(?:_[a-z0-9]+)+)\"");
    private static final Pattern ROW =
            Pattern.compile("^\\| `([a-z0-9_]+)` \\| [^|]+ \\| [^|]+ \\|$", Pattern.MULTILINE);
    private static final String HEADING = "### What the log, the archive and the cluster say";

    /** What Redis, PostgreSQL and RocksDB call theirs. */
    private static final Set<String> OF_OTHERS =
            Set.of(
                    "aof_enabled",
                    "cluster_enabled",
                    "connected_slaves",
                    "create_if_missing",
                    "flyway_schema_history",
                    "maxmemory_policy",
                    "min_slaves_good_slaves",
                    "redis_version",
                    "track_and_verify_wals_in_manifest",
                    "used_memory");

    /** The packages that write the same event, where it means the same. */
    private static final Map<String, Set<String>> SHARED =
            Map.of(
                    "archive_gap", Set.of("backbone.archived", "backbone.redis"),
                    "archive_not_recovered", Set.of("archive.file", "archive.postgres"),
                    "archive_read_failed", Set.of("archive.file", "archive.postgres"),
                    "archive_recovered", Set.of("archive.file", "archive.postgres"),
                    "archive_write_failed", Set.of("archive.file", "archive.postgres"));

    @Test
    void everyEventIsListedAndNoOther() throws IOException {
        String page = Files.readString(Path.of("docs/operations.md"));
        int begin = page.indexOf(HEADING);
        assertThat(begin).isPositive();
        String section = page.substring(begin, page.indexOf("\n## ", begin));
        List<String> listed = ROW.matcher(section).results().map(row -> row.group(1)).toList();
        assertThat(listed).isSorted().doesNotHaveDuplicates();
        assertThat(new TreeSet<>(listed)).isEqualTo(new TreeSet<>(events().keySet()));
    }

    /** Lines of one name share a limit: one would keep the other from being written. */
    @Test
    void anEventHasOneMeaning() throws IOException {
        Map<String, Set<String>> several =
                events().entrySet().stream()
                        .filter(event -> event.getValue().size() > 1)
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        assertThat(several).isEqualTo(SHARED);
    }

    /** The packages that write each event. */
    private static Map<String, Set<String>> events() throws IOException {
        Map<String, Set<String>> events = new HashMap<>();
        for (String part : List.of("archive", "backbone", "cluster")) {
            try (Stream<Path> files = Files.walk(SOURCES.resolve(part))) {
                for (Path file : files.filter(EventsPageTest::isClass).toList()) {
                    String source = KEY.matcher(Files.readString(file)).replaceAll("");
                    String name = SOURCES.relativize(file).getParent().toString().replace('/', '.');
                    WORD.matcher(source)
                            .results()
                            .map((MatchResult word) -> word.group(1))
                            .filter(word -> !OF_OTHERS.contains(word))
                            .forEach(
                                    word ->
                                            events.computeIfAbsent(word, any -> new TreeSet<>())
                                                    .add(name));
                }
            }
        }
        return events;
    }

    private static boolean isClass(Path file) {
        return file.toString().endsWith(".java") && !file.endsWith("package-info.java");
    }
}
