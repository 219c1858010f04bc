package io.highwater;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.config.ConfigKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Holds the tables of docs/configuration.md against the catalogue of keys. */
final class ConfigurationPageTest {
    @Test
    void theTablesAreTheCatalogue() throws IOException {
        assertThat(
                        Files.readAllLines(Path.of("docs/configuration.md")).stream()
                                .filter(line -> line.startsWith("| `")))
                .containsExactlyElementsOf(
                        ConfigKey.all().stream().map(ConfigurationPageTest::row).toList());
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
