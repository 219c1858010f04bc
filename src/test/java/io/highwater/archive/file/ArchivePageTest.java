package io.highwater.archive.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.archive.queue.WorkQueue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds what docs/archive.md says of the archive in a folder against that archive. */
final class ArchivePageTest {
    private static final Path SOURCES = Path.of("src/main/java/io/highwater/archive/file");

    @TempDir private Path folder;

    /** The part of the page that is about the folder, in one line. */
    private static String page() throws IOException {
        String page = Files.readString(Path.of("docs/archive.md"));
        return page.substring(
                page.indexOf("\n# The archive in a folder\n"),
                page.indexOf("\n# The archive in PostgreSQL\n"));
    }

    /** The first cells of the table after this heading. */
    private static List<String> rows(String heading) throws IOException {
        String page = page();
        return page.substring(page.indexOf("\n## " + heading + "\n"))
                .lines()
                .dropWhile(line -> !line.startsWith("|"))
                .takeWhile(line -> line.startsWith("|"))
                .skip(2)
                .map(line -> line.split("\\|")[1].strip())
                .toList();
    }

    @Test
    void theFolderHasWhatTheTableListsAndNothingElse() throws Exception {
        try (ArchiveFixture fixture = ArchiveFixture.in(folder.resolve("archive")).started()) {
            assertThat(fixture.all("c")).isEmpty();
            try (Stream<Path> files = Files.list(folder.resolve("archive"))) {
                assertThat(rows("What lies in the folder"))
                        .containsExactlyInAnyOrderElementsOf(
                                files.map(ArchivePageTest::shown).toList());
            }
        }
    }

    private static String shown(Path file) {
        return "`" + file.getFileName() + (Files.isDirectory(file) ? "/" : "") + "`";
    }

    @Test
    void itsSizesAreThoseOfTheCode() throws IOException {
        assertThat(page().replaceAll("\\s+", " "))
                .contains(
                        "memory tables of " + mebibytes(StoreOptions.TABLE_BYTES),
                        mebibytes(StoreOptions.CACHE_BYTES) + " of cache",
                        "at most " + mebibytes(WorkQueue.MAX_BYTES) + " of the heap",
                        "At most " + StoreOptions.MAX_OPEN_FILES + " tables are open",
                        "whether there are " + mebibytes(Recovery.ROOM_BYTES) + " of room again");
    }

    private static String mebibytes(long bytes) {
        return (bytes >> 20) + " MiB";
    }

    /** FileArchiveStartTest has the cases; here it is the words. */
    @Test
    void everyErrorOfTheTableIsOneOfTheCode() throws IOException {
        String code =
                (Files.readString(SOURCES.resolve("StartErrors.java"))
                                + Files.readString(SOURCES.resolve("Folder.java")))
                        .replaceAll("\"\\s*\\+ \"", "");
        List<String> errors = rows("When it does not start");
        assertThat(errors).hasSizeGreaterThan(5);
        for (String error : errors) {
            // Names and numbers differ.
            for (String words : error.split("\"\\w+\"|\\bN\\b")) {
                assertThat(code)
                        .as(error)
                        .containsPattern(Pattern.quote(words.strip().replaceAll("^, ", "")));
            }
        }
    }
}
