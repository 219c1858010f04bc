package io.highwater.archive.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.archive.ArchiveWriter;
import io.highwater.archive.ArchivedEntry;
import io.highwater.backbone.Entry;
import io.highwater.protocol.Position;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Folders that earlier versions have written are kept as they are, in
 * src/test/resources/archive/format-N, and every later version reads them. {@link #main} writes one
 * for this version; a folder that is kept is never written again.
 */
final class KeptDataTest {
    private static final long FIRST = 1_795_301_843_554L;
    private static final long SECOND = FIRST + Duration.ofHours(30).toMillis();

    @TempDir private Path temporary;

    @Test
    void aFolderOfFormat1IsRead() throws Exception {
        Path folder = copyOf("/archive/format-1");
        try (ArchiveFixture fixture = ArchiveFixture.in(folder)) {
            fixture.clock.set(SECOND);
            fixture.started();
            List<ArchivedEntry> kept = fixture.all("room/1");
            assertThat(kept).hasSize(4);
            List<ArchivedEntry> written = entries();
            for (int i = 0; i < kept.size(); i++) {
                assertSame(kept.get(i), written.get(i));
            }
            assertThat(ArchiveFixture.get(fixture.archive().tops("room/1")))
                    .isEqualTo(ArchiveFixture.position(SECOND, 2, 2));
            assertThat(ArchiveFixture.get(fixture.archive().find("room/1", "device 7", "m4")))
                    .isEqualTo(ArchiveFixture.position(SECOND, 2, 2));
            ArchiveWriter writer = fixture.writer(2);
            assertThat(writer.watermark()).isEqualTo(ArchiveFixture.shard(SECOND, 2));
            ArchiveFixture.get(
                    writer.append(
                            List.of(
                                    fixture.entry(
                                            "room/1",
                                            ArchiveFixture.position(SECOND, 3, 3),
                                            null))));
            assertThat(fixture.all("room/1")).hasSize(5);
        }
    }

    private static void assertSame(ArchivedEntry read, ArchivedEntry written) {
        assertThat(read.publisher()).isEqualTo(written.publisher());
        assertThat(read.wallMillis()).isEqualTo(written.wallMillis());
        assertThat(read.entry())
                .usingRecursiveComparison()
                .ignoringFields("appendedNanos")
                .isEqualTo(written.entry());
    }

    private static List<ArchivedEntry> entries() {
        Position last = ArchiveFixture.position(FIRST, 2, 2);
        return List.of(
                entry(ArchiveFixture.position(FIRST, 1, 1), null, "m1", null, "{\"n\":1.10}"),
                entry(last, null, "m2", "EUR/USD €", "\"\u00e9\""),
                entry(ArchiveFixture.position(SECOND, 1, 1), last, "m3", null, "[]"),
                entry(ArchiveFixture.position(SECOND, 2, 2), null, "m4", "k", "null"));
    }

    private static ArchivedEntry entry(
            Position position,
            @Nullable Position previous,
            String msgId,
            @Nullable String key,
            String data) {
        boolean secret = key != null;
        return new ArchivedEntry(
                new Entry(
                        "room/1", position, previous, msgId, key, secret, data.getBytes(UTF_8), 0),
                "device 7",
                position.generation() + position.shardSequence());
    }

    private Path copyOf(String resource) throws Exception {
        URL url = Objects.requireNonNull(KeptDataTest.class.getResource(resource), resource);
        Path from = Path.of(url.toURI());
        Path to = temporary.resolve("copy");
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
        return to;
    }

    /** Writes the folder that its argument names: one generation in a table, one in the log. */
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        try (ArchiveFixture fixture = ArchiveFixture.in(folder)) {
            fixture.clock.set(FIRST);
            fixture.started();
            write(fixture, FIRST, entries().subList(0, 2));
            fixture.clock.set(SECOND);
            fixture.reopen();
            write(fixture, SECOND, entries().subList(2, 4));
        }
        delete(folder.resolve("native"));
        try (Stream<Path> files = Files.list(folder.resolve("store"))) {
            for (Path file : files.toList()) {
                if (file.getFileName().toString().startsWith("LO")) {
                    Files.delete(file);
                }
            }
        }
    }

    private static void write(ArchiveFixture fixture, long generation, List<ArchivedEntry> entries)
            throws Exception {
        try (ArchiveWriter writer = fixture.writer(2)) {
            ArchiveFixture.get(writer.begin(ArchiveFixture.shard(generation, 0)));
            ArchiveFixture.get(writer.append(entries));
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
