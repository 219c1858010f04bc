package io.highwater.archive.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.archive.ArchiveWriter;
import io.highwater.archive.ArchivedEntry;
import io.highwater.protocol.Position;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is older than the retention is dropped, and it shows that something was. */
final class RetentionTest {
    private static final Duration DAY = Duration.ofDays(1);
    private static final int RETENTION_DAYS = 30;

    @TempDir private Path folder;

    private ArchiveFixture fixture;
    private ArchiveWriter writer;

    @BeforeEach
    void open() throws Exception {
        fixture = ArchiveFixture.in(folder).started();
        writer = fixture.writer(0);
        ArchiveFixture.get(writer.begin(ArchiveFixture.shard(7, 0)));
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private void appendOneADay(int from, int to) throws Exception {
        for (int i = from; i <= to; i++) {
            ArchiveFixture.get(writer.append(fixture.entries("c", 7, i, i)));
            fixture.advance(DAY);
        }
    }

    /** Lets minutes pass: fewer than a day has. */
    private void awaitUpkeep(Callable<Boolean> done) {
        await().until(
                        () -> {
                            fixture.advance(Duration.ofMinutes(1));
                            return done.call();
                        });
    }

    /** Lets the upkeep run, with a clock that stands still. */
    private void awaitUpkeep() {
        // Its questions come in pairs: with the fourth it has begun again.
        int before = fixture.upkeeps.get();
        awaitUpkeep(() -> fixture.upkeeps.get() - before >= 4);
    }

    private void jump(int days) {
        fixture.clock.addAndGet(DAY.multipliedBy(days).toMillis());
    }

    private List<Long> kept() throws Exception {
        return ArchiveFixture.sequences(fixture.all("c"));
    }

    private long oldest() throws Exception {
        return ArchiveFixture.sequences(fixture.all("c")).get(0);
    }

    @Test
    void entriesAreDroppedWhenTheyAreOlderThanTheRetention() throws Exception {
        // The 40th was written a day ago, the 11th 30 days ago; the 10th is older than 30 days,
        // and in a segment that ended 30 days ago.
        appendOneADay(1, 40);
        awaitUpkeep(() -> oldest() == 11);
        assertThat(fixture.observer.dropped).hasValue(10);
        assertThat(ArchiveFixture.sequences(fixture.all("c"))).hasSize(RETENTION_DAYS);
        fixture.advance(Duration.ZERO);
        assertThat(ArchiveFixture.sequences(fixture.all("c"))).hasSize(RETENTION_DAYS);
        ArchivedEntry oldest = fixture.all("c").get(0);
        // Which shows that there was something before it.
        assertThat(oldest.entry().position().channelSequence()).isEqualTo(11);
        // It is gone for every question, also after a restart.
        fixture.reopen();
        assertThat(ArchiveFixture.sequences(fixture.all("c"))).hasSize(RETENTION_DAYS);
        assertThat(
                        ArchiveFixture.get(
                                fixture.archive()
                                        .at(
                                                "c",
                                                ArchiveFixture.ORIGIN,
                                                Instant.ofEpochMilli(oldest.wallMillis()))))
                .isNull();
    }

    @Test
    void anArchiveThatNobodyWritesToDropsItsLastEntriesToo() throws Exception {
        appendOneADay(1, 3);
        fixture.advance(Duration.ofDays(RETENTION_DAYS + 1));
        awaitUpkeep(() -> fixture.all("c").isEmpty());
        // Its position is still known, or the next entry would get one that was used.
        assertThat(ArchiveFixture.get(fixture.archive().tops("c")))
                .isEqualTo(ArchiveFixture.position(7, 3, 3));
        writer.close();
        fixture.reopen();
        assertThat(ArchiveFixture.get(fixture.archive().tops("c")))
                .isEqualTo(ArchiveFixture.position(7, 3, 3));
    }

    @Test
    void aChannelIsForgottenWithItsEntriesInALaterGeneration() throws Exception {
        ArchiveFixture.get(writer.append(fixture.entries("c", 7, 1, 2)));
        Position kept = ArchiveFixture.position(8, 1, 1);
        fixture.advance(DAY);
        ArchiveFixture.get(writer.begin(ArchiveFixture.shard(8, 0)));
        ArchiveFixture.get(writer.append(List.of(fixture.entry("d", kept, null))));
        fixture.advance(Duration.ofDays(RETENTION_DAYS));
        awaitUpkeep(() -> ArchiveFixture.get(fixture.archive().tops("c")) == null);
        assertThat(ArchiveFixture.get(fixture.archive().tops("d"))).isEqualTo(kept);
        assertThat(fixture.all("d")).hasSize(1);
    }

    @Test
    void aMessageIsFoundForFiveMinutesAndNotKeptForLong() throws Exception {
        for (int i = 1; i <= 16; i++) {
            ArchiveFixture.get(writer.append(fixture.entries("c", 7, i, i)));
            int fiveMinutesOld = i - 5;
            if (fiveMinutesOld >= 1) {
                assertThat(find(fiveMinutesOld))
                        .as("%s after 5 minutes", fiveMinutesOld)
                        .isNotNull();
            }
            int elevenMinutesOld = i - 11;
            if (elevenMinutesOld >= 1) {
                assertThat(find(elevenMinutesOld))
                        .as("%s after 11 minutes", elevenMinutesOld)
                        .isNull();
            }
            fixture.advance(Duration.ofMinutes(1));
        }
    }

    private Position find(int number) throws Exception {
        return ArchiveFixture.get(fixture.archive().find("c", "p", "m7-" + number));
    }

    @Test
    void aClockThatIsSetBackDropsNothingAndKeepsTheOrder() throws Exception {
        appendOneADay(1, 3);
        fixture.clock.addAndGet(-Duration.ofDays(2_000).toMillis());
        appendOneADay(4, 6);
        assertThat(ArchiveFixture.sequences(fixture.all("c")))
                .containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        assertThat(find(6)).isNotNull();
    }

    @Test
    void aClockThatJumpsAheadForAWhileDropsNothing() throws Exception {
        appendOneADay(1, 20);
        jump(60);
        awaitUpkeep();
        assertThat(kept()).hasSize(20);
        jump(-60);
        appendOneADay(21, 100);
        awaitUpkeep(() -> oldest() == 71);
        assertThat(kept()).hasSize(RETENTION_DAYS);
    }

    @Test
    void aClockThatStaysAheadCounts() throws Exception {
        appendOneADay(1, 3);
        jump(60);
        awaitUpkeep();
        assertThat(kept()).hasSize(3);
        fixture.advance(DAY);
        awaitUpkeep(() -> kept().isEmpty());
    }

    @Test
    void aStartWithAWrongClockDropsNothing() throws Exception {
        appendOneADay(1, 20);
        jump(60);
        ArchiveFixture.get(writer.append(fixture.entries("c", 7, 21, 21)));
        for (int starts = 0; starts < 2; starts++) {
            fixture.reopen();
            awaitUpkeep();
            assertThat(kept()).hasSize(21);
        }
        jump(-60);
        awaitUpkeep();
        assertThat(kept()).hasSize(21);
    }

    /** Less than the retention, as much, and for good if nothing were done about it. */
    @ParameterizedTest
    @ValueSource(ints = {20, 40, 4_000})
    void whatWasWrittenWhileTheClockWasAheadDoesNotEndTheRetention(int days) throws Exception {
        appendOneADay(1, 1);
        jump(days);
        ArchiveFixture.get(writer.append(fixture.entries("c", 7, 2, 2)));
        jump(-days);
        appendOneADay(3, 51);
        // The last was written a day ago, the 22nd 30 days ago.
        awaitUpkeep(() -> oldest() == 22);
        assertThat(kept()).hasSize(RETENTION_DAYS);
    }

    @Test
    void anArchiveThatBeganWithAClockAheadDropsToo() throws Exception {
        fixture.close();
        fixture = ArchiveFixture.in(folder.resolve("ahead"));
        jump(4_000);
        fixture.started();
        writer = fixture.writer(0);
        ArchiveFixture.get(writer.begin(ArchiveFixture.shard(7, 0)));
        ArchiveFixture.get(writer.append(fixture.entries("c", 7, 1, 1)));
        jump(-4_000);
        appendOneADay(2, 41);
        awaitUpkeep(() -> oldest() == 12);
        assertThat(kept()).hasSize(RETENTION_DAYS);
    }

    @Test
    void aMessageIsFoundAlthoughTheClockJumpsToAndFro() throws Exception {
        ArchiveFixture.get(writer.append(fixture.entries("c", 7, 1, 1)));
        jump(1);
        ArchiveFixture.get(writer.append(fixture.entries("c", 7, 2, 2)));
        jump(-1);
        ArchiveFixture.get(writer.append(fixture.entries("c", 7, 3, 3)));
        assertThat(find(1)).isNotNull();
        for (int i = 4; i <= 16; i++) {
            ArchiveFixture.get(writer.append(fixture.entries("c", 7, i, i)));
            fixture.advance(Duration.ofMinutes(1));
        }
        // It is not kept for long.
        assertThat(find(1)).isNull();
    }

    @Test
    void filesOfDroppedSegmentsAreDeletedWithoutBeingRead() throws Exception {
        fixture.close();
        try (StoreFiles files = StoreFiles.in(folder.resolve("store"))) {
            files.writeSegments(5);
            assertThat(files.segmentsWithFiles()).containsExactly(1, 2, 3, 4, 5);
            files.drop(3);
            assertThat(files.segmentsWithFiles()).containsExactly(4, 5);
        }
    }
}
