package io.highwater.archive.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.archive.ArchiveWriter;
import io.highwater.archive.ArchivedEntry;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Position;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.PostgresServer;
import io.highwater.testing.RecordingArchiveObserver;
import io.highwater.time.TimerWheel;
import io.highwater.time.WallClock;
import java.sql.Connection;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Days are made before they are needed, and dropped when they are old. */
final class PartitionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration RETENTION = Duration.ofDays(10);
    private static final long LATER = PostgresFixture.GENERATION + 60_000;

    private final RecordingArchiveObserver observer = new RecordingArchiveObserver();
    private final FakeTicker ticker = new FakeTicker();
    private final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
    private final long now = WallClock.system().millis();
    private final LocalDate today = LocalDate.now(ZoneOffset.UTC);

    private String url;
    private PostgresArchive archive;
    private ArchiveWriter writer;

    @BeforeEach
    void open() throws Exception {
        url = TestDatabase.prepared();
        archive =
                new PostgresArchive(
                        new PostgresSettings(
                                url, TestDatabase.NODE, TestDatabase.SHARDS, RETENTION),
                        WallClock.system(),
                        ticker,
                        wheel,
                        observer,
                        LogLimit.none());
        PostgresFixture.get(archive.start());
        writer = PostgresFixture.get(archive.writer("local", 0));
        PostgresFixture.get(writer.begin(PostgresFixture.shard(PostgresFixture.GENERATION, 0)));
    }

    @AfterEach
    void close() {
        archive.close();
    }

    /** Has the archive do what it does from time to time. */
    private void keepUp() {
        ticker.advance(Timing.defaults().upkeep(), wheel);
    }

    private void append(long sequence, int daysAgo) throws Exception {
        PostgresFixture.get(writer.append(List.of(entry(sequence, daysAgo))));
    }

    private ArchivedEntry entry(long sequence, int daysAgo) {
        return PostgresFixture.entry(
                "c",
                PostgresFixture.GENERATION,
                sequence,
                now - Duration.ofDays(daysAgo).toMillis());
    }

    private List<Long> sequences() throws Exception {
        return PostgresFixture.get(
                        archive.readAfter(
                                "c",
                                "local",
                                null,
                                new io.highwater.archive.PageBounds(100, 1 << 20)))
                .entries()
                .stream()
                .map(entry -> entry.entry().position().channelSequence())
                .toList();
    }

    private List<LocalDate> days() throws Exception {
        try (Connection connection =
                Address.parse(url).dataSource("n", "test", 60).getConnection()) {
            return Partitions.days(connection);
        }
    }

    @Test
    void todayAndTheNextDaysAreThereAfterAStart() throws Exception {
        assertThat(days()).contains(today, today.plusDays(1), today.plusDays(2));
    }

    @Test
    void aDayThatIsMissingIsMadeAgain() throws Exception {
        PostgresServer.execute(
                url, "DROP TABLE highwater.entry_" + days().get(2).toString().replace("-", ""));
        assertThat(days()).hasSize(2);
        keepUp();
        await().atMost(PATIENCE).until(() -> days().size() == 3);
    }

    @Test
    void anEntryOfAnyDayIsArchived() throws Exception {
        append(1, 3);
        append(2, -40);
        append(3, 0);
        PostgresFixture.get(
                writer.append(
                        List.of(
                                PostgresFixture.entry(
                                        "c", PostgresFixture.GENERATION, 4, Long.MIN_VALUE),
                                PostgresFixture.entry(
                                        "c", PostgresFixture.GENERATION, 5, Long.MAX_VALUE))));
        assertThat(sequences()).containsExactly(1L, 2L, 3L, 4L, 5L);
        PostgresFixture.get(archive.add("local", 0, List.of(entry(6, -50))));
        assertThat(sequences()).hasSize(6);
    }

    @Test
    void daysOlderThanTheRetentionAreDroppedWhole() throws Exception {
        append(1, 30);
        append(2, 11);
        append(3, 9);
        append(4, 0);
        keepUp();
        await().atMost(PATIENCE).until(() -> observer.dropped.get() == 2);
        assertThat(sequences()).containsExactly(3L, 4L);
        assertThat(days()).noneMatch(day -> day.isBefore(today.minusDays(10)));
        assertThat(days()).contains(today.minusDays(9));
    }

    @Test
    void aTopOutlivesItsEntriesUntilTheShardBeginsANewGeneration() throws Exception {
        append(1, 30);
        Position top = PostgresFixture.position(PostgresFixture.GENERATION, 1, 1);
        keepUp();
        await().atMost(PATIENCE).until(() -> observer.dropped.get() == 1);
        keepUp();
        await().atMost(PATIENCE).until(() -> sequences().isEmpty());
        assertThat(PostgresFixture.get(archive.tops("c"))).isEqualTo(top);
        PostgresFixture.get(writer.begin(PostgresFixture.shard(LATER, 0)));
        PostgresFixture.get(writer.append(List.of(PostgresFixture.entry("kept", LATER, 1, now))));
        // It forgets channels when a day was dropped.
        PostgresFixture.get(archive.add("local", 1, List.of(entry("other", 20))));
        keepUp();
        await().atMost(PATIENCE).until(() -> PostgresFixture.get(archive.tops("c")) == null);
        assertThat(PostgresFixture.get(archive.tops("kept")))
                .isEqualTo(PostgresFixture.position(LATER, 1, 1));
    }

    private ArchivedEntry entry(String channel, int daysAgo) {
        return PostgresFixture.entry(
                channel, PostgresFixture.GENERATION, 1, now - Duration.ofDays(daysAgo).toMillis());
    }

    @Test
    void aDayThatCannotBeDroppedIsDroppedLater() throws Exception {
        append(1, 30);
        append(2, 0);
        try (Connection reader = PostgresFixture.session(url)) {
            PostgresFixture.execute(reader, "LOCK TABLE highwater.entry IN ACCESS SHARE MODE");
            keepUp();
            // It did not wait for long, so writes go on.
            PostgresFixture.get(writer.append(PostgresFixture.entries("c", 3, 3)));
            assertThat(sequences()).containsExactly(1L, 2L, 3L);
            reader.rollback();
        }
        await().atMost(PATIENCE)
                .until(
                        () -> {
                            keepUp();
                            return observer.dropped.get() == 1;
                        });
        assertThat(sequences()).containsExactly(2L, 3L);
    }

    @Test
    void whileAnotherNodeIsAtItNothingIsDropped() throws Exception {
        append(1, 30);
        try (Connection other = PostgresFixture.session(url)) {
            PostgresFixture.execute(
                    other,
                    "SELECT pg_advisory_xact_lock(" + Partitions.LOCK + ", hashtext('highwater'))");
            keepUp();
            // On the same thread, so after that.
            PostgresFixture.get(archive.add("local", 0, List.of(entry(2, 0))));
            assertThat(sequences()).containsExactly(1L, 2L);
            assertThat(observer.dropped).hasValue(0);
            other.rollback();
        }
        await().atMost(PATIENCE)
                .until(
                        () -> {
                            keepUp();
                            return observer.dropped.get() == 1;
                        });
    }
}
