package io.highwater.archive.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.highwater.archive.ArchiveObserver;
import io.highwater.archive.ArchiveWriter;
import io.highwater.archive.ArchivedEntry;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ShardPosition;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Position;
import io.highwater.testing.FakeTicker;
import io.highwater.time.TimerWheel;
import io.highwater.time.WallClock;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** In which order a statement locks its rows. */
final class LockOrderTest {
    private final long millis = WallClock.system().millis();

    private ArchivedEntry entry(int sequence) {
        Position position = new Position("local", 7, sequence, sequence);
        byte[] data = "1".getBytes(UTF_8);
        return new ArchivedEntry(
                new Entry("c", position, null, "m" + sequence, null, false, data, 0), "p", millis);
    }

    @Test
    void entriesAreLockedBeforeTops() throws Exception {
        String url = TestDatabase.prepared();
        FakeTicker ticker = new FakeTicker();
        try (PostgresArchive archive =
                        new PostgresArchive(
                                TestDatabase.settings(url),
                                WallClock.system(),
                                ticker,
                                new TimerWheel(ticker.nanoTime()),
                                ArchiveObserver.NONE,
                                LogLimit.none());
                Connection top = DriverManager.getConnection(url);
                Connection entry = DriverManager.getConnection(url);
                Statement ofTop = top.createStatement();
                Statement ofEntry = entry.createStatement()) {
            get(archive.start());
            ArchiveWriter writer = get(archive.writer("local", 0));
            get(writer.begin(new ShardPosition("local", 7, 0)));
            get(writer.append(List.of(entry(1))));
            top.setAutoCommit(false);
            ofTop.execute("SELECT FROM highwater.top FOR UPDATE");
            CompletionStage<@Nullable Void> held = writer.append(List.of(entry(2)));
            await().atMost(Duration.ofSeconds(60)).until(() -> waitsForLock(ofEntry));
            ofEntry.execute("CREATE TEMP TABLE again AS SELECT * FROM highwater.entry");
            ofEntry.execute("UPDATE again SET channel_sequence = 2, shard_sequence = 2");
            ofEntry.execute("SET lock_timeout = '300ms'");
            assertThatThrownBy(
                            () ->
                                    ofEntry.execute(
                                            "INSERT INTO highwater.entry SELECT * FROM again"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("lock timeout");
            top.rollback();
            get(held);
        }
    }

    private static boolean waitsForLock(Statement statement) throws SQLException {
        try (ResultSet row =
                statement.executeQuery(
                        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                                + " AND datname = current_database()")) {
            return row.next() && row.getLong(1) > 0;
        }
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
}
