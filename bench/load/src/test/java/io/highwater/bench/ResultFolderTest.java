package io.highwater.bench;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultFolderTest {
    private static final LocalDate DAY = LocalDate.of(2026, 11, 30);

    @TempDir private Path all;

    private static Machine machine() throws IOException {
        return Machine.now(new Checkout(Path.of("..")), CoreShares.none(), List.of("-Xmx1g"));
    }

    @Test
    void aSecondRunOfADayReplacesNothing() throws IOException {
        for (String name : List.of("2026-11-30", "2026-11-30-2", "2026-11-30-3")) {
            ResultFolder results = ResultFolder.ofDay(all, DAY);
            assertThat(results.folder()).isEqualTo(all.resolve(name));
            results.write(machine(), "compare", "## T", Json.createObjectBuilder().build());
        }
    }

    @Test
    void thePageSaysWhereAndHowAndHasTheTablesAndThePlots() throws IOException {
        ResultFolder results = new ResultFolder(all.resolve("new"));
        String link = results.plot("idle", "Idle: B", "<svg/>");
        results.write(
                machine(),
                "compare idle --rounds 1",
                "## Idle\n\n" + link + "\n",
                Json.createObjectBuilder().add("a", 1).build());

        Path folder = results.folder();
        assertThat(folder.resolve("plots/idle.svg")).hasContent("<svg/>");
        assertThat(folder.resolve("results.json")).content().contains("\"a\": 1");
        assertThat(folder.resolve("README.md"))
                .content()
                .startsWith("# Measured on 20")
                .contains(
                        "`./highwater bench compare idle --rounds 1`",
                        "- machine: ",
                        "- JDK: " + Runtime.version() + "; the servers' options: `-Xmx1g`",
                        "- commit: ")
                .endsWith("## Idle\n\n![Idle: B](plots/idle.svg)\n");
    }
}
