package io.highwater.archive.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.archive.ArchiveHealth.State;
import io.highwater.archive.ArchiveWriter;
import io.highwater.archive.ArchivedEntry;
import io.highwater.archive.PageBounds;
import io.highwater.backbone.ShardPosition;
import io.highwater.backbone.UnavailableException;
import io.highwater.testing.PostgresServer;
import io.highwater.testing.SmallDisk;
import io.highwater.testing.TcpProxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The server is lost, hangs, or is full: nothing that was acknowledged is, and it goes on. */
@Timeout(300)
final class OutageTest {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final String CHANNEL = "c";

    @TempDir private Path folder;

    /** Hands over entry after entry, and again what failed, as the log does. */
    private static final class Publisher {
        private final ArchiveWriter writer;
        private final List<ArchivedEntry> entries;

        /** So many of them are acknowledged. */
        private volatile int acknowledged;

        private final AtomicBoolean stopped = new AtomicBoolean();

        Publisher(ArchiveWriter writer, List<ArchivedEntry> entries) {
            this.writer = writer;
            this.entries = entries;
        }

        Thread start() {
            Thread thread = new Thread(this::run, "publisher");
            thread.start();
            return thread;
        }

        private void run() {
            while (!stopped.get() && acknowledged < entries.size()) {
                int next = acknowledged;
                int to = Math.min(entries.size(), next + 5);
                Throwable failure =
                        PostgresFixture.causeOf(writer.append(entries.subList(next, to)));
                if (failure == null) {
                    acknowledged = to;
                } else {
                    assertThat(failure).isInstanceOf(UnavailableException.class);
                    Thread.yield();
                }
            }
        }
    }

    @Test
    void aServerThatIsKilledAndStartedAgainHasAllThatWasAcknowledged() throws Exception {
        try (PostgresServer server = PostgresServer.start(folder.resolve("data"))) {
            String url = server.newDatabase();
            try (PostgresFixture fixture = PostgresFixture.of(url, PostgresFixture.quick())) {
                Publisher publisher =
                        new Publisher(
                                fixture.begun(0), PostgresFixture.entries(CHANNEL, 1, 200_000));
                Thread thread = publisher.start();
                for (int i = 1; i <= 3; i++) {
                    int more = publisher.acknowledged + 200;
                    await().atMost(PATIENCE).until(() -> publisher.acknowledged >= more);
                    server.kill();
                    await().atMost(PATIENCE).until(() -> fixture.state() == State.UNAVAILABLE);
                    PostgresFixture.unavailable(fixture.archive().tops(CHANNEL));
                    server.start();
                }
                int more = publisher.acknowledged + 200;
                await().atMost(PATIENCE).until(() -> publisher.acknowledged >= more);
                publisher.stopped.set(true);
                thread.join();
                await().atMost(PATIENCE).until(() -> fixture.state() == State.AVAILABLE);
                assertHasAll(fixture, publisher.acknowledged);
            }
        }
    }

    private static void assertHasAll(PostgresFixture fixture, int acknowledged) throws Exception {
        List<Long> kept = fixture.sequences(CHANNEL);
        assertThat(kept)
                .hasSizeGreaterThanOrEqualTo(acknowledged)
                .isEqualTo(LongStream.rangeClosed(1, kept.size()).boxed().toList());
    }

    @Test
    void aWriteWhoseAnswerIsLostIsKnownAfterwards() throws Exception {
        String direct = TestDatabase.prepared();
        try (TcpProxy proxy = new TcpProxy(PostgresServer.shared().port());
                PostgresFixture fixture =
                        PostgresFixture.of(
                                direct.replace(
                                        ":" + PostgresServer.shared().port() + "/",
                                        ":" + proxy.port() + "/"),
                                PostgresFixture.quick())) {
            ArchiveWriter writer = fixture.begun(0);
            PostgresFixture.get(writer.append(PostgresFixture.entries(CHANNEL, 1, 2)));
            List<ArchivedEntry> more = PostgresFixture.entries(CHANNEL, 3, 5);
            CompletionStage<@Nullable Void> inDoubt;
            try (Connection other = PostgresFixture.session(direct)) {
                PostgresFixture.execute(
                        other, "SELECT FROM highwater.shard WHERE shard = 0 FOR UPDATE");
                inDoubt = writer.append(more);
                await().atMost(PATIENCE).until(() -> PostgresFixture.waitsForLock(direct));
                // The server has the statement, and the node will not hear of its end.
                proxy.cut();
                PostgresFixture.unavailable(inDoubt);
                PostgresFixture.unavailable(writer.append(more));
                assertThat(fixture.state()).isEqualTo(State.UNAVAILABLE);
                other.rollback();
            }
            await().atMost(PATIENCE)
                    .until(
                            () ->
                                    PostgresFixture.ask(
                                                    direct, "SELECT count(*) FROM highwater.entry")
                                            == 5);
            proxy.turnTo(PostgresServer.shared().port());
            await().atMost(PATIENCE).until(() -> fixture.state() == State.AVAILABLE);
            await().atMost(PATIENCE)
                    .until(
                            () ->
                                    PostgresFixture.shard(PostgresFixture.GENERATION, 5)
                                            .equals(writer.watermark()));
            PostgresFixture.get(writer.append(more));
            PostgresFixture.get(writer.append(PostgresFixture.entries(CHANNEL, 6, 6)));
            assertThat(fixture.sequences(CHANNEL)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        }
    }

    @Test
    void aWriteThatIsStillUnderWayWhenTheLaneGoesOnIsFencedOff() throws Exception {
        String url = TestDatabase.prepared();
        try (PostgresFixture fixture = PostgresFixture.of(url, PostgresFixture.quick())) {
            ArchiveWriter writer = fixture.begun(0);
            CompletionStage<@Nullable Void> ended;
            try (Connection other = PostgresFixture.session(url)) {
                PostgresFixture.execute(
                        other, "SELECT FROM highwater.shard WHERE shard = 0 FOR UPDATE");
                ended = writer.append(PostgresFixture.entries(CHANNEL, 1, 3));
                await().atMost(PATIENCE).until(() -> PostgresFixture.waitsForLock(url));
                PostgresFixture.execute(
                        other,
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                                + " WHERE application_name LIKE '% writes'"
                                + " AND datname = current_database()");
                PostgresFixture.unavailable(ended);
                long token =
                        PostgresFixture.ask(
                                url, "SELECT token FROM highwater.shard WHERE shard = 0");
                await().atMost(PATIENCE).until(() -> PostgresFixture.waitsForLock(url));
                other.rollback();
                await().atMost(PATIENCE)
                        .until(
                                () ->
                                        PostgresFixture.ask(
                                                        url,
                                                        "SELECT token FROM highwater.shard"
                                                                + " WHERE shard = 0")
                                                != token);
            }
            await().atMost(PATIENCE).until(() -> fixture.state() == State.AVAILABLE);
            assertThat(writer.watermark())
                    .isEqualTo(PostgresFixture.shard(PostgresFixture.GENERATION, 0));
            await().atMost(PATIENCE)
                    .until(
                            () ->
                                    PostgresFixture.causeOf(
                                                    writer.append(
                                                            PostgresFixture.entries(CHANNEL, 1, 3)))
                                            == null);
            assertThat(fixture.sequences(CHANNEL)).containsExactly(1L, 2L, 3L);
        }
    }

    @Test
    void aServerThatHangsIsGivenUpAndFoundAgain() throws Exception {
        Timing impatient =
                new Timing(
                        Duration.ofHours(1),
                        Duration.ofSeconds(4),
                        Duration.ofSeconds(4),
                        Duration.ofMillis(20),
                        Duration.ofMillis(200),
                        Duration.ofMinutes(5));
        try (PostgresServer server = PostgresServer.start(folder.resolve("data"))) {
            String url = server.newDatabase() + "&socketTimeout=5&connectTimeout=5&loginTimeout=5";
            try (PostgresFixture opening = PostgresFixture.of(url)) {
                PostgresFixture.get(opening.begun(0).append(PostgresFixture.entries("c", 1, 1)));
            }
            try (PostgresFixture fixture = PostgresFixture.of(url, impatient)) {
                ArchiveWriter writer = fixture.writer(0);
                PostgresFixture.get(fixture.archive().tops(CHANNEL));
                server.pause();
                CompletionStage<?> write = writer.append(PostgresFixture.entries(CHANNEL, 2, 2));
                CompletionStage<?> top = fixture.archive().tops(CHANNEL);
                CompletionStage<?> page =
                        fixture.archive()
                                .readAfter(CHANNEL, "local", null, new PageBounds(10, 1_000));
                CompletionStage<?> lease = fixture.archive().writer("local", 1);
                PostgresFixture.unavailable(write);
                PostgresFixture.unavailable(top);
                PostgresFixture.unavailable(page);
                PostgresFixture.unavailable(lease);
                server.resume();
                await().atMost(PATIENCE).until(() -> fixture.state() == State.AVAILABLE);
                await().atMost(PATIENCE)
                        .until(
                                () ->
                                        PostgresFixture.causeOf(
                                                        writer.append(
                                                                PostgresFixture.entries(
                                                                        CHANNEL, 1, 3)))
                                                == null);
                assertThat(fixture.sequences(CHANNEL)).containsExactly(1L, 2L, 3L);
            } finally {
                server.resume();
            }
        }
    }

    @Test
    void aFullDiskFailsWritesUntilThereIsRoom() throws Exception {
        try (SmallDisk disk = SmallDisk.ofMemory(folder.resolve("disk"), 24);
                PostgresServer server = PostgresServer.start(folder.resolve("data"))) {
            Path space = Files.createDirectory(disk.path().resolve("space"));
            server.execute("CREATE TABLESPACE small LOCATION '" + space + "'");
            String url = server.newDatabase();
            PostgresServer.execute(url, "ALTER ROLE postgres SET default_tablespace = 'small'");
            try (PostgresFixture fixture = PostgresFixture.of(url, PostgresFixture.quick())) {
                ArchiveWriter writer = fixture.begun(0);
                PostgresFixture.get(writer.append(PostgresFixture.entries(CHANNEL, 1, 10)));
                disk.fill();
                int next = 11;
                Throwable failure = null;
                while (failure == null) {
                    failure =
                            PostgresFixture.causeOf(
                                    writer.append(
                                            PostgresFixture.entries(CHANNEL, next, next + 99)));
                    next += failure == null ? 100 : 0;
                }
                assertThat(failure)
                        .isInstanceOf(UnavailableException.class)
                        .hasMessageStartingWith("the disk of the database")
                        .hasMessageEndingWith("is full");
                assertThat(fixture.sequences(CHANNEL)).hasSize(next - 1);
                List<ArchivedEntry> more = PostgresFixture.entries(CHANNEL, next, next + 99);
                assertFewAttempts(fixture, writer, more);
                disk.free();
                await().atMost(PATIENCE)
                        .until(() -> PostgresFixture.causeOf(writer.append(more)) == null);
                assertThat(fixture.state()).isEqualTo(State.AVAILABLE);
                assertThat(fixture.sequences(CHANNEL)).hasSize(next + 99);
            }
        }
    }

    /** Writers ask all the time, and the server is asked now and then. */
    private static void assertFewAttempts(
            PostgresFixture fixture, ArchiveWriter writer, List<ArchivedEntry> entries)
            throws Exception {
        long begun = System.nanoTime();
        for (int i = 0; i < 2_000; i++) {
            PostgresFixture.unavailable(writer.append(entries));
        }
        long millis = Duration.ofNanos(System.nanoTime() - begun).toMillis();
        long leastPause = PostgresFixture.quick().longestPause().toMillis() / 2;
        assertThat(fixture.observer.failedWrites.longValue())
                .isBetween(1L, 10 + millis / leastPause);
    }

    /** It may end by itself then: it cannot do without its log. */
    @Test
    void aServerThatHasNoRoomForItsLogGoesOnWhenItIsStartedWithMore() throws Exception {
        try (SmallDisk disk = SmallDisk.ofMemory(folder.resolve("disk"), 200);
                PostgresServer server = PostgresServer.start(disk.path().resolve("data"))) {
            String url = server.newDatabase();
            try (PostgresFixture fixture = PostgresFixture.of(url, PostgresFixture.quick())) {
                Publisher publisher =
                        new Publisher(
                                fixture.begun(0), PostgresFixture.entries(CHANNEL, 1, 500_000));
                Thread thread = publisher.start();
                await().atMost(PATIENCE).until(() -> publisher.acknowledged >= 200);
                disk.fill();
                await().atMost(PATIENCE)
                        .until(
                                () -> {
                                    endLogFile(server);
                                    return fixture.state() == State.UNAVAILABLE;
                                });
                disk.free();
                server.kill();
                server.start();
                int more = publisher.acknowledged + 200;
                await().atMost(PATIENCE).until(() -> publisher.acknowledged >= more);
                publisher.stopped.set(true);
                thread.join();
                await().atMost(PATIENCE).until(() -> fixture.state() == State.AVAILABLE);
                assertHasAll(fixture, publisher.acknowledged);
            }
        }
    }

    /** Has the server need another file soon. */
    private static void endLogFile(PostgresServer server) {
        try {
            server.execute("SELECT pg_switch_wal()");
        } catch (SQLException e) {
            // It is full, or has ended.
        }
    }

    @Test
    void whileTheServerIsAwayFewAskForIt() throws Exception {
        try (TcpProxy proxy = new TcpProxy(PostgresServer.shared().port());
                PostgresFixture fixture =
                        PostgresFixture.of(
                                TestDatabase.prepared()
                                        .replace(
                                                ":" + PostgresServer.shared().port() + "/",
                                                ":" + proxy.port() + "/"),
                                Timing.defaults())) {
            List<ArchiveWriter> writers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                writers.add(fixture.begun(i));
            }
            proxy.cut();
            int before = proxy.accepted();
            AtomicInteger asked = new AtomicInteger();
            await().during(Duration.ofSeconds(5))
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(10))
                    .until(
                            () -> {
                                asked.incrementAndGet();
                                return allFail(fixture, writers);
                            });
            assertThat(asked).hasValueGreaterThan(10);
            // What broke first, and then one check at a time, after pauses that double.
            assertThat(proxy.accepted() - before).isLessThan(60);
            assertThat(fixture.observer.unreachable).hasValue(1);
            proxy.turnTo(PostgresServer.shared().port());
            await().atMost(PATIENCE).until(() -> fixture.state() == State.AVAILABLE);
        }
    }

    private static boolean allFail(PostgresFixture fixture, List<ArchiveWriter> writers) {
        List<CompletionStage<?>> asked = new ArrayList<>();
        for (ArchiveWriter writer : writers) {
            asked.add(writer.append(PostgresFixture.entries("c", 1, 1)));
        }
        asked.add(fixture.archive().tops("c"));
        asked.add(fixture.archive().find("c", "p", "m"));
        asked.add(fixture.archive().readAfter("c", "local", null, new PageBounds(10, 1_000)));
        return asked.stream().allMatch(stage -> PostgresFixture.causeOf(stage) != null);
    }

    @Test
    void aServerThatHasLostAcknowledgedEntriesIsNoticed() throws Exception {
        String url = TestDatabase.prepared();
        try (PostgresFixture fixture = PostgresFixture.of(url, PostgresFixture.quick())) {
            ArchiveWriter writer = fixture.begun(0);
            PostgresFixture.get(writer.append(PostgresFixture.entries(CHANNEL, 1, 5)));
            // As a standby that lagged behind, or a backup.
            PostgresServer.execute(url, "UPDATE highwater.shard SET sequence = 3");
            PostgresServer.execute(url, "DELETE FROM highwater.entry WHERE shard_sequence > 3");
            PostgresServer.execute(
                    url,
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            + " WHERE application_name LIKE 'highwater %'"
                            + " AND datname = current_database()");
            ShardPosition kept = PostgresFixture.shard(PostgresFixture.GENERATION, 3);
            await().atMost(PATIENCE)
                    .until(
                            () -> {
                                PostgresFixture.causeOf(
                                        writer.append(PostgresFixture.entries(CHANNEL, 6, 6)));
                                return kept.equals(writer.watermark());
                            });
            assertThat(
                            PostgresFixture.unavailable(
                                    writer.append(PostgresFixture.entries(CHANNEL, 6, 6))))
                    .hasMessageContaining("does not follow");
            PostgresFixture.get(writer.append(PostgresFixture.entries(CHANNEL, 4, 6)));
            assertThat(fixture.sequences(CHANNEL)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        }
    }
}
