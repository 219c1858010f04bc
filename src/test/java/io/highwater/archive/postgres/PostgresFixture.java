package io.highwater.archive.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.highwater.archive.ArchiveHealth;
import io.highwater.archive.ArchivePage;
import io.highwater.archive.ArchiveWriter;
import io.highwater.archive.ArchivedEntry;
import io.highwater.archive.LeaseLostException;
import io.highwater.archive.PageBounds;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ShardPosition;
import io.highwater.backbone.UnavailableException;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Position;
import io.highwater.testing.RecordingArchiveObserver;
import io.highwater.time.Ticker;
import io.highwater.time.TimerThread;
import io.highwater.time.TimerWheel;
import io.highwater.time.WallClock;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An archive in a database, with real time. Confined to the test. */
final class PostgresFixture implements AutoCloseable {
    static final String ORIGIN = "local";
    static final long GENERATION = 1_795_301_843_554L;

    private static final PageBounds PAGE = new PageBounds(500, 1 << 20);
    private static final long GUARD_SECONDS = 120;

    final RecordingArchiveObserver observer = new RecordingArchiveObserver();

    private final TimerThread timers;
    private final PostgresArchive archive;

    private PostgresFixture(PostgresSettings settings, Timing timing) {
        Ticker ticker = Ticker.system();
        TimerWheel wheel = new TimerWheel(ticker.nanoTime());
        timers = TimerThread.start(wheel, ticker);
        archive =
                new PostgresArchive(
                        settings,
                        timing,
                        WallClock.system(),
                        ticker,
                        wheel,
                        observer,
                        LogLimit.none());
    }

    static PostgresFixture of(String url) throws Exception {
        return of(TestDatabase.settings(url), Timing.defaults());
    }

    static PostgresFixture of(String url, Timing timing) throws Exception {
        return of(TestDatabase.settings(url), timing);
    }

    static PostgresFixture of(PostgresSettings settings, Timing timing) throws Exception {
        PostgresFixture fixture = new PostgresFixture(settings, timing);
        get(fixture.archive.start());
        return fixture;
    }

    PostgresArchive archive() {
        return archive;
    }

    ArchiveHealth.State state() {
        return archive.health().state();
    }

    ArchiveWriter writer(int shard) throws Exception {
        return get(archive.writer(ORIGIN, shard));
    }

    /** With a generation begun, unless one was. */
    ArchiveWriter begun(int shard) throws Exception {
        ArchiveWriter writer = writer(shard);
        get(writer.begin(shard(GENERATION, 0)));
        return writer;
    }

    static ShardPosition shard(long generation, long sequence) {
        return new ShardPosition(ORIGIN, generation, sequence);
    }

    static Position position(long generation, long shardSequence, long channelSequence) {
        return new Position(ORIGIN, generation, shardSequence, channelSequence);
    }

    /** Entries of a channel that has a shard to itself, from one sequence to another. */
    static List<ArchivedEntry> entries(String channel, int from, int to) {
        List<ArchivedEntry> entries = new ArrayList<>();
        for (int i = from; i <= to; i++) {
            entries.add(entry(channel, GENERATION, i, WallClock.system().millis()));
        }
        return entries;
    }

    static ArchivedEntry entry(String channel, long generation, long sequence, long wallMillis) {
        String msgId = "m" + sequence;
        return new ArchivedEntry(
                new Entry(
                        channel,
                        position(generation, sequence, sequence),
                        null,
                        msgId,
                        null,
                        false,
                        ("\"" + msgId + "\"").getBytes(UTF_8),
                        5),
                "p",
                wallMillis);
    }

    /** The sequences of all that is kept of a channel. */
    List<Long> sequences(String channel) throws Exception {
        List<Long> all = new ArrayList<>();
        Position last = null;
        ArchivePage page;
        do {
            page = get(archive.readAfter(channel, ORIGIN, last, PAGE));
            for (ArchivedEntry entry : page.entries()) {
                last = entry.entry().position();
                all.add(last.channelSequence());
            }
        } while (!page.complete());
        return all;
    }

    static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(GUARD_SECONDS, TimeUnit.SECONDS);
    }

    /** The stage's failure, which says that the archive cannot do it now. */
    static UnavailableException unavailable(CompletionStage<?> stage) throws Exception {
        return failure(UnavailableException.class, stage);
    }

    static LeaseLostException leaseLost(CompletionStage<?> stage) throws Exception {
        return failure(LeaseLostException.class, stage);
    }

    private static <E extends Exception> E failure(Class<E> type, CompletionStage<?> stage)
            throws Exception {
        try {
            get(stage);
        } catch (ExecutionException e) {
            if (type.isInstance(e.getCause())) {
                return type.cast(e.getCause());
            }
            throw e;
        }
        throw new AssertionError("did not fail");
    }

    /** A number that a statement answers. */
    static long ask(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getLong(1) : -1;
        }
    }

    /** Another session, which can hold locks. */
    static Connection session(String url) throws SQLException {
        Connection connection = DriverManager.getConnection(url);
        connection.setAutoCommit(false);
        return connection;
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Whether a statement of the archive's writes waits for a lock. */
    static boolean waitsForLock(String url) throws SQLException {
        return ask(
                        url,
                        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                                + " AND datname = current_database()"
                                + " AND application_name LIKE '% writes'")
                > 0;
    }

    static Timing quick() {
        Timing usual = Timing.defaults();
        return new Timing(
                usual.lease(),
                usual.read(),
                usual.write(),
                Duration.ofMillis(20),
                Duration.ofMillis(200),
                usual.upkeep());
    }

    static @Nullable Throwable causeOf(CompletionStage<?> stage) {
        return stage.toCompletableFuture().handle((done, failure) -> failure).join();
    }

    @Override
    public void close() {
        archive.close();
        timers.close();
    }
}
