package io.highwater.archive.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.archive.ArchiveHealth;
import io.highwater.archive.ArchiveWriter;
import io.highwater.archive.PageBounds;
import io.highwater.backbone.BackboneStartException;
import io.highwater.protocol.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each folder that cannot be used says what is wrong with it, and what to do. */
final class FileArchiveStartTest {
    /** This many entries of 60 kB need two logs. */
    private static final int TWO_LOGS = 200;

    @TempDir private Path temporary;

    private Path folder;

    @BeforeEach
    void chooseFolder() {
        folder = temporary.resolve("some/where");
    }

    private FileArchiveSettings settings() {
        return FileArchiveSettings.of(folder, ArchiveFixture.NODE, ArchiveFixture.SHARDS);
    }

    /** An archive with entries of a channel "c" in shard 0, in a file of their own. */
    private void makeArchive() throws Exception {
        try (ArchiveFixture fixture = ArchiveFixture.in(folder).started()) {
            ArchiveWriter writer = fixture.writer(0);
            ArchiveFixture.get(writer.begin(ArchiveFixture.shard(7, 0)));
            ArchiveFixture.get(writer.append(fixture.entries("c", 7, 1, 200)));
            // Opened again, it puts its log into a file.
            fixture.reopen();
        }
    }

    private String problem(FileArchiveSettings settings) throws Exception {
        try (ArchiveFixture fixture = ArchiveFixture.with(settings)) {
            try {
                fixture.started();
            } catch (ExecutionException e) {
                assertThat(e).hasCauseInstanceOf(BackboneStartException.class);
                assertThat(fixture.archive().health().state())
                        .isEqualTo(ArchiveHealth.State.STARTING);
                return e.getCause().getMessage();
            }
            throw new AssertionError("it started");
        }
    }

    private String problem() throws Exception {
        String problem = problem(settings());
        assertThat(problem).startsWith("highwater.archive.url: the folder " + folder).endsWith(".");
        return problem;
    }

    @Test
    void aFolderThatIsMissingIsMadeForThisUserAlone() throws Exception {
        makeArchive();
        assertThat(folder.resolve("archive.properties"))
                .content()
                .contains("format=1", "node=node-1", "shards=4");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
    }

    @Test
    void anEmptyFolderAndAnInterruptedFirstStartAreUsed() throws Exception {
        Files.createDirectories(folder.resolve("store"));
        Files.createDirectories(folder.resolve("lost+found"));
        makeArchive();
    }

    @Test
    void aFolderInUseIsLeftAlone() throws Exception {
        makeArchive();
        try (ArchiveFixture first = ArchiveFixture.in(folder).started()) {
            assertThat(problem()).contains("is in use by another process", "Stop that one");
            assertThat(first.all("c")).hasSize(200);
        }
        try (ArchiveFixture afterwards = ArchiveFixture.in(folder).started()) {
            assertThat(afterwards.all("c")).hasSize(200);
        }
    }

    @Test
    void aFolderOfAnotherNodeIsLeftAlone() throws Exception {
        makeArchive();
        String problem = problem(FileArchiveSettings.of(folder, "node-2", ArchiveFixture.SHARDS));
        assertThat(problem)
                .contains("the archive of the node \"node-1\"", "this node is \"node-2\"")
                .contains("set highwater.node=node-1");
    }

    @Test
    void aNodeThatNobodyNamedOpensAnyFolderAndLeavesItsNameAlone() throws Exception {
        makeArchive();
        FileArchiveSettings unnamed = FileArchiveSettings.of(folder, null, ArchiveFixture.SHARDS);
        try (ArchiveFixture fixture = ArchiveFixture.with(unnamed).started()) {
            assertThat(fixture.all("c")).hasSize(200);
        }
        assertThat(folder.resolve("archive.properties")).content().contains("node=node-1");
    }

    @Test
    void aFolderThatNamesNoNodeIsThatOfTheFirstThatHasAName() throws Exception {
        FileArchiveSettings unnamed = FileArchiveSettings.of(folder, null, ArchiveFixture.SHARDS);
        ArchiveFixture.with(unnamed).started().close();
        assertThat(folder.resolve("archive.properties")).content().doesNotContain("node=");
        ArchiveFixture.with(unnamed).started().close();
        // One that has it open keeps it.
        try (ArchiveFixture fixture = ArchiveFixture.with(unnamed).started()) {
            assertThat(fixture.archive().health().state()).isEqualTo(ArchiveHealth.State.AVAILABLE);
            assertThat(problem()).contains("is in use by another process");
        }
        assertThat(folder.resolve("archive.properties")).content().doesNotContain("node=");
        makeArchive();
        assertThat(folder.resolve("archive.properties"))
                .content()
                .contains("format=1", "node=node-1", "shards=4");
        assertThat(problem(FileArchiveSettings.of(folder, "node-2", ArchiveFixture.SHARDS)))
                .contains("the archive of the node \"node-1\"", "this node is \"node-2\"");
    }

    @Test
    void anotherNumberOfShardsIsRefused() throws Exception {
        makeArchive();
        assertThat(problem(FileArchiveSettings.of(folder, ArchiveFixture.NODE, 64)))
                .contains("a log of 4 shards, and this node's has 64");
    }

    @Test
    void aFolderOfANewerVersionIsLeftAlone() throws Exception {
        makeArchive();
        edit("format=1", "format=2");
        assertThat(problem())
                .contains("by a newer version of Highwater, in format 2")
                .contains("this version reads up to 1");
    }

    @Test
    void anIdentityThatCannotBeReadIsDamage() throws Exception {
        makeArchive();
        edit("format=1", "format=one");
        assertThat(problem()).contains("is damaged: its file archive.properties cannot be read");
        Files.delete(folder.resolve("archive.properties"));
        assertThat(problem())
                .contains("is damaged: it has entries, but no file archive.properties");
    }

    private void edit(String from, String to) throws IOException {
        Path identity = folder.resolve("archive.properties");
        String text = Files.readString(identity, UTF_8);
        assertThat(text).contains(from);
        Files.writeString(identity, text.replace(from, to), UTF_8);
    }

    @Test
    void aStoreThatIsMissingIsDamageAndNotAnEmptyArchive() throws Exception {
        makeArchive();
        for (Path file : storeFiles("")) {
            Files.delete(file);
        }
        assertThat(problem()).contains("is damaged", "has no store/CURRENT");
    }

    @Test
    void aFileIsNoFolder() throws Exception {
        Files.createDirectories(folder.getParent());
        Files.writeString(folder, "x");
        assertThat(problem()).contains("is a file", "Name a folder");
    }

    @Test
    void aFolderWithOtherFilesIsNotFilledUp() throws Exception {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("thesis.txt"), "x");
        assertThat(problem()).contains("is no archive", "(thesis.txt)", "an empty folder");
        assertThat(folder.resolve("store")).doesNotExist();
    }

    @Test
    void aTableThatWasCutOffIsNamed() throws Exception {
        makeArchive();
        Path table = storeFiles(".sst").get(0);
        byte[] bytes = Files.readAllBytes(table);
        Files.write(table, Arrays.copyOf(bytes, bytes.length - 100));
        assertThat(problem()).contains("is damaged", table.getFileName().toString(), "backup");
    }

    @Test
    void aTableThatIsMissingIsNamed() throws Exception {
        makeArchive();
        Path table = storeFiles(".sst").get(0);
        Files.delete(table);
        assertThat(problem()).contains("is damaged", table.getFileName().toString());
    }

    @Test
    void aTableWithAWrongBitFailsTheReadThatMeetsItAndIsNamed() throws Exception {
        makeArchive();
        Path table = storeFiles(".sst").get(0);
        byte[] bytes = Files.readAllBytes(table);
        bytes[100] ^= 1;
        Files.write(table, bytes);
        try (ArchiveFixture fixture = ArchiveFixture.in(folder).started()) {
            assertThat(
                            ArchiveFixture.unavailable(
                                    fixture.archive()
                                            .readBefore(
                                                    "c",
                                                    ArchiveFixture.ORIGIN,
                                                    null,
                                                    new PageBounds(500, 1 << 20))))
                    .hasMessageContaining(table.getFileName().toString());
        }
    }

    /** An archive whose log has ten writes of one entry each; the entries have this many bytes. */
    private Path makeLog(int bytes) throws Exception {
        byte[] data = new byte[bytes];
        new Random(1).nextBytes(data);
        try (ArchiveFixture fixture = ArchiveFixture.in(folder).started()) {
            ArchiveWriter writer = fixture.writer(0);
            ArchiveFixture.get(writer.begin(ArchiveFixture.shard(7, 0)));
            for (int i = 1; i <= 10; i++) {
                Position position = ArchiveFixture.position(7, i, i);
                ArchiveFixture.get(
                        writer.append(List.of(fixture.entry("c", position, null, "m" + i, data))));
            }
        }
        List<Path> logs = storeFiles(".log");
        return logs.get(logs.size() - 1);
    }

    /** Of less than a block of the log, and of several. */
    @ParameterizedTest
    @ValueSource(ints = {10, 100_000})
    void aLogThatACrashHasCutOffIsReadUpToThere(int bytes) throws Exception {
        Path log = makeLog(bytes);
        byte[] whole = Files.readAllBytes(log);
        for (int cut : new int[] {1, 60, bytes, bytes + 100}) {
            Files.write(log, Arrays.copyOf(whole, whole.length - cut));
            assertThat(LogCheck.damage(log.getParent())).isNull();
        }
        // As a file system leaves it whose room was reserved: zeros behind.
        Files.write(log, Arrays.copyOf(Arrays.copyOf(whole, whole.length - 60), whole.length + 99));
        try (ArchiveFixture fixture = ArchiveFixture.in(folder).started()) {
            assertThat(fixture.writer(0).watermark()).isEqualTo(ArchiveFixture.shard(7, 9));
            assertThat(fixture.all("c")).hasSize(9);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 100_000})
    void aLogThatIsDamagedBeforeAcknowledgedEntriesIsNamed(int bytes) throws Exception {
        Path log = makeLog(bytes);
        byte[] damaged = Files.readAllBytes(log);
        damaged[damaged.length / 2] ^= 1;
        Files.write(log, damaged);
        assertThat(problem()).contains("is damaged: " + log, "is broken at byte");
    }

    /**
     * Makes {@link #folder} one that a kill has left with entries in two logs.
     *
     * @return how long the first log was after each write to it
     */
    private List<Long> makeTwoLogs() throws Exception {
        Path alive = temporary.resolve("alive");
        byte[] data = new byte[60_000];
        new Random(1).nextBytes(data);
        List<Long> lengths = new ArrayList<>();
        AtomicInteger writes = new AtomicInteger();
        GroupCommit.Sync sync =
                (store, batch) -> {
                    // So nothing is sorted into tables, and no log goes.
                    if (writes.getAndIncrement() == 0) {
                        store.db().pauseBackgroundWork();
                    }
                    store.write(batch);
                    if (writes.get() == TWO_LOGS + 2) {
                        store.db().continueBackgroundWork();
                    }
                };
        try (ArchiveFixture fixture = ArchiveFixture.in(alive, sync).started()) {
            ArchiveWriter writer = fixture.writer(0);
            ArchiveFixture.get(writer.begin(ArchiveFixture.shard(7, 0)));
            for (int i = 1; i <= TWO_LOGS + 1; i++) {
                if (i > TWO_LOGS) {
                    copy(alive, folder);
                }
                Position position = ArchiveFixture.position(7, i, i);
                ArchiveFixture.get(
                        writer.append(List.of(fixture.entry("c", position, null, "m" + i, data))));
                lengths.add(Files.size(files(alive.resolve("store"), ".log").get(0)));
            }
        }
        assertThat(storeFiles(".log")).hasSize(2);
        return lengths.stream().distinct().toList();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
    }

    @Test
    void entriesInTwoLogsAreRead() throws Exception {
        makeTwoLogs();
        try (ArchiveFixture fixture = ArchiveFixture.in(folder).started()) {
            assertThat(fixture.writer(0).watermark()).isEqualTo(ArchiveFixture.shard(7, TWO_LOGS));
            assertThat(fixture.all("c")).hasSize(TWO_LOGS);
        }
    }

    @Test
    void aLogThatIsCutOffBeforeAnotherOneIsNamed() throws Exception {
        List<Long> lengths = makeTwoLogs();
        Path log = storeFiles(".log").get(0);
        byte[] whole = Files.readAllBytes(log);
        assertThat(lengths).endsWith((long) whole.length);
        Files.write(log, Arrays.copyOf(whole, whole.length - 100));
        assertThat(problem())
                .contains("is damaged: " + log, "entries follow in " + storeFiles(".log").get(1));
        // At the end of a write, so that all that is left is whole.
        long boundary = lengths.get(lengths.size() - 2);
        Files.write(log, Arrays.copyOf(whole, (int) boundary));
        assertThat(problem())
                .contains("is damaged: ", boundary + " bytes on disk. Restore the whole folder");
        Files.delete(log);
        assertThat(problem()).contains("is damaged: Missing WAL");
    }

    @Test
    void aWrongBitAtTheEndOfALogBeforeAnotherOneIsNamed() throws Exception {
        makeTwoLogs();
        Path log = storeFiles(".log").get(0);
        byte[] bytes = Files.readAllBytes(log);
        bytes[bytes.length - 100] ^= 1;
        Files.write(log, bytes);
        assertThat(problem())
                .contains("is damaged: " + log, "entries follow in " + storeFiles(".log").get(1));
    }

    @Test
    void aLogThatWasCutOffAndRecoveredMayStillBeThere() throws Exception {
        Path log = makeLog(10);
        byte[] whole = Files.readAllBytes(log);
        byte[] cut = Arrays.copyOf(whole, whole.length - 60);
        Files.write(log, cut);
        try (ArchiveFixture fixture = ArchiveFixture.in(folder).started()) {
            assertThat(log).doesNotExist();
            ArchiveFixture.get(
                    fixture.writer(0)
                            .append(
                                    List.of(
                                            fixture.entry(
                                                    "c",
                                                    ArchiveFixture.position(7, 10, 10),
                                                    null))));
        }
        Files.write(log, cut);
        assertThat(storeFiles(".log")).hasSize(2);
        try (ArchiveFixture fixture = ArchiveFixture.in(folder).started()) {
            assertThat(fixture.writer(0).watermark()).isEqualTo(ArchiveFixture.shard(7, 10));
            assertThat(fixture.all("c")).hasSize(10);
        }
    }

    private List<Path> storeFiles(String ending) throws IOException {
        return files(folder.resolve("store"), ending);
    }

    private static List<Path> files(Path store, String ending) throws IOException {
        try (Stream<Path> files = Files.list(store)) {
            return files.filter(file -> file.getFileName().toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }
}
