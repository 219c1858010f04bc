package io.highwater.archive.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.archive.ArchiveWriter;
import io.highwater.archive.ArchivedEntry;
import io.highwater.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A shard has one writer, and a writer that does not know that it has lost the shard does no harm.
 */
final class LeaseTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** So long that it ends only where the test ends it. */
    private static final Timing LONG_LEASE =
            new Timing(
                    Duration.ofHours(1),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(40),
                    Duration.ofMillis(20),
                    Duration.ofMillis(200),
                    Duration.ofMinutes(5));

    private String url;
    private PostgresFixture one;
    private PostgresFixture two;

    @BeforeEach
    void open() throws Exception {
        url = TestDatabase.prepared();
        one = PostgresFixture.of(url, LONG_LEASE);
        two = PostgresFixture.of(url, LONG_LEASE);
    }

    @AfterEach
    void close() {
        one.close();
        two.close();
    }

    private void endLeases() throws SQLException {
        PostgresServer.execute(url, "UPDATE highwater.shard SET expires = '-infinity'");
    }

    @Test
    void aWriterWhoseLeaseWasTakenWritesNothingMore() throws Exception {
        ArchiveWriter zombie = one.begun(0);
        PostgresFixture.get(zombie.append(PostgresFixture.entries("c", 1, 3)));
        endLeases();
        ArchiveWriter writer = two.writer(0);
        assertThat(writer.watermark())
                .isEqualTo(PostgresFixture.shard(PostgresFixture.GENERATION, 3));
        assertThat(PostgresFixture.leaseLost(zombie.append(PostgresFixture.entries("c", 4, 5))))
                .hasMessageContaining("shard 0 of local");
        assertThat(two.sequences("c")).containsExactly(1L, 2L, 3L);
        PostgresFixture.leaseLost(zombie.append(PostgresFixture.entries("c", 1, 1)));
        PostgresFixture.get(writer.append(PostgresFixture.entries("c", 4, 4)));
        PostgresFixture.leaseLost(zombie.append(PostgresFixture.entries("c", 5, 5)));
        assertThat(one.sequences("c")).containsExactly(1L, 2L, 3L, 4L);
        assertThat(zombie.watermark())
                .isEqualTo(PostgresFixture.shard(PostgresFixture.GENERATION, 3));
        assertThat(one.observer.leasesLost).hasValue(1);
        zombie.close();
        assertThat(writer.watermark())
                .as("the zombie gave nothing back")
                .isEqualTo(PostgresFixture.shard(PostgresFixture.GENERATION, 4));
        PostgresFixture.get(writer.append(PostgresFixture.entries("c", 5, 5)));
    }

    @Test
    void aWriteThatWaitsWhileTheLeaseIsTakenAddsNothing() throws Exception {
        ArchiveWriter zombie = one.begun(0);
        PostgresFixture.get(zombie.append(PostgresFixture.entries("c", 1, 1)));
        CompletionStage<@Nullable Void> late;
        try (Connection other = PostgresFixture.session(url)) {
            PostgresFixture.execute(
                    other, "UPDATE highwater.shard SET token = token + 1, owner = 'other/1'");
            late = zombie.append(PostgresFixture.entries("c", 2, 2));
            await().atMost(PATIENCE).until(() -> PostgresFixture.waitsForLock(url));
            other.commit();
        }
        PostgresFixture.leaseLost(late);
        assertThat(two.sequences("c")).containsExactly(1L);
        assertThat(PostgresFixture.get(two.archive().tops("c")))
                .isEqualTo(PostgresFixture.position(PostgresFixture.GENERATION, 1, 1));
    }

    @Test
    void oneLostShardDoesNotHoldUpTheOthersOfTheSameWrite() throws Exception {
        ArchiveWriter first = one.begun(0);
        ArchiveWriter lost = one.begun(WriteLanes.COUNT);
        ArchiveWriter kept = one.begun(2 * WriteLanes.COUNT);
        CompletionStage<@Nullable Void> held;
        CompletionStage<@Nullable Void> losing;
        CompletionStage<@Nullable Void> keeping;
        long writes;
        try (Connection other = PostgresFixture.session(url)) {
            PostgresFixture.execute(
                    other, "SELECT FROM highwater.shard WHERE shard = 0 FOR UPDATE");
            held = first.append(PostgresFixture.entries("a", 1, 1));
            await().atMost(PATIENCE).until(() -> PostgresFixture.waitsForLock(url));
            PostgresServer.execute(
                    url,
                    "UPDATE highwater.shard SET token = token + 1 WHERE shard = "
                            + WriteLanes.COUNT);
            writes = one.observer.written.size();
            losing = lost.append(PostgresFixture.entries("b", 1, 1));
            keeping = kept.append(PostgresFixture.entries("c", 1, 1));
            other.rollback();
        }
        PostgresFixture.get(held);
        PostgresFixture.leaseLost(losing);
        PostgresFixture.get(keeping);
        assertThat(one.observer.written).as("one write").hasSize((int) writes + 2);
        assertThat(two.sequences("b")).isEmpty();
        assertThat(two.sequences("c")).containsExactly(1L);
    }

    @Test
    void aLeaseThatIsRenewedStaysWithItsOwner() throws Exception {
        Timing renewing =
                new Timing(
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(40),
                        Duration.ofMillis(20),
                        Duration.ofMillis(200),
                        Duration.ofMinutes(5));
        try (PostgresFixture owner = PostgresFixture.of(url, renewing);
                PostgresFixture other = PostgresFixture.of(url, renewing)) {
            ArchiveWriter writer = owner.begun(3);
            assertThat(PostgresFixture.unavailable(other.archive().writer("local", 3)))
                    .hasMessage("shard 3 of local is written by the node node-1");
            PostgresFixture.get(writer.append(PostgresFixture.entries("c", 1, 1)));
            assertThat(owner.observer.leasesLost).hasValue(0);
        }
    }

    @Test
    void aLeaseOfANodeThatIsGoneIsTakenWhenItEnds() throws Exception {
        one.begun(3);
        PostgresServer.execute(
                url,
                "UPDATE highwater.shard SET owner = 'gone/1', token = 7,"
                        + " expires = clock_timestamp() + interval '1 second'");
        ArchiveWriter writer = two.writer(3);
        assertThat(writer.watermark())
                .isEqualTo(PostgresFixture.shard(PostgresFixture.GENERATION, 0));
        PostgresFixture.get(writer.append(PostgresFixture.entries("c", 1, 1)));
    }

    @Test
    void aWriterThatIsClosedLetsTheNextOneWriteAtOnce() throws Exception {
        ArchiveWriter first = one.begun(0);
        PostgresFixture.get(first.append(PostgresFixture.entries("c", 1, 1)));
        first.close();
        ArchiveWriter second = two.writer(0);
        PostgresFixture.get(second.append(PostgresFixture.entries("c", 2, 2)));
        two.archive().close();
        ArchiveWriter third = one.writer(0);
        assertThat(third.watermark())
                .isEqualTo(PostgresFixture.shard(PostgresFixture.GENERATION, 2));
    }

    @Test
    void manyLeasesAreTakenAtOnce() throws Exception {
        List<CompletionStage<ArchiveWriter>> asked =
                IntStream.range(0, TestDatabase.SHARDS)
                        .mapToObj(shard -> one.archive().writer("local", shard))
                        .toList();
        for (CompletionStage<ArchiveWriter> stage : asked) {
            assertThat(PostgresFixture.get(stage).watermark()).isNull();
        }
        PostgresFixture.unavailable(one.archive().writer("local", 5));
    }

    @Test
    void whatOneNodeAddsWhileAnotherWritesItIsThereOnce() throws Exception {
        ArchiveWriter writer = one.begun(0);
        List<ArchivedEntry> entries = PostgresFixture.entries("c", 1, 200);
        List<CompletionStage<?>> all = new ArrayList<>();
        for (int i = 0; i < 200; i += 10) {
            all.add(writer.append(entries.subList(i, i + 10)));
            all.add(two.archive().add("local", 0, entries.subList(i, i + 10)));
            all.add(one.archive().add("local", 0, entries.subList(i + 5, i + 10)));
        }
        for (CompletionStage<?> stage : all) {
            PostgresFixture.get(stage);
        }
        assertThat(PostgresFixture.ask(url, "SELECT count(*) FROM highwater.entry")).isEqualTo(200);
        assertThat(two.sequences("c")).hasSize(200).isSorted();
    }
}
