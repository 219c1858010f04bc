package io.highwater;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.config.ConfigKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the README's table against the catalogue of keys. */
final class ReadmeTest {
    private static final String HEAD = "| key | default | value | meaning |";

    @Test
    void tableOfKeysIsTheCatalogue() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("README.md"));
        int head = lines.indexOf(HEAD);

        assertThat(head).as("a line: " + HEAD).isNotNegative();
        assertThat(lines.stream().skip(head).takeWhile(line -> line.startsWith("|")))
                .containsExactlyElementsOf(table());
    }

    private static List<String> table() {
        return Stream.concat(
                        Stream.of(HEAD, "|---|---|---|---|"),
                        ConfigKey.all().stream().map(ReadmeTest::row))
                .toList();
    }

    private static String row(ConfigKey key) {
        return String.format(
                        "| `%s` | %s | %s | %s |",
                        key.name().substring(ConfigKey.PREFIX.length()),
                        key.shown(),
                        key.form(),
                        key.about())
                .replace("*", "\\*");
    }
}
