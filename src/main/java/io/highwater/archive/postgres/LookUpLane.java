package io.highwater.archive.postgres;

import io.highwater.archive.ArchiveObserver;
import io.highwater.archive.queue.ArchiveThreads;
import io.highwater.archive.queue.WorkQueue;
import io.highwater.backbone.ShardPosition;
import io.highwater.backbone.UnavailableException;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.time.Ticker;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Answers what publications wait for, on a thread of its own: all questions that have gathered
 * while it asked are asked at once. After a restart each publication has one. Bounded. Thread-safe.
 */
final class LookUpLane implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LookUpLane.class);
    private static final String ROLE = "lookups";

    /** A herd that comes back asks once for each channel. */
    private static final int WAITING = 16_384;

    private static final int AT_ONCE = 256;

    private static final String TOPS =
            """
            SELECT channel, origin, generation, shard_sequence, channel_sequence
            FROM top WHERE channel = ANY (?)
            """;

    /**
     * Messages were archived in this or the last ten minutes of the server's clock. Their entries
     * lie in the partitions around today, unless a node's clock is a day off.
     */
    private static final String FIND =
            """
            SELECT asked.number, found.origin, found.generation, found.shard_sequence,
                found.channel_sequence
            FROM unnest(?::int[], ?::bigint[], ?::text[], ?::text[], ?::text[])
                AS asked (number, message, channel, publisher, msg_id)
            CROSS JOIN LATERAL (
                SELECT origin, generation, shard_sequence, channel_sequence
                FROM entry
                WHERE archived_in = ANY (ARRAY[
                        extract(epoch FROM now())::bigint / 600 - 1,
                        extract(epoch FROM now())::bigint / 600]::int[])
                    AND message = asked.message
                    AND ts >= now() - interval '1 day' AND ts < now() + interval '1 day'
                    AND channel = asked.channel AND publisher = asked.publisher
                    AND msg_id = asked.msg_id
                LIMIT 1) AS found
            """;

    private final Database database;
    private final Reach reach;
    private final Timing timing;
    private final Ticker ticker;
    private final ArchiveObserver observer;
    private final LogLimit logs;
    private final ArrayBlockingQueue<LookUp> waiting = new ArrayBlockingQueue<>(WAITING);

    /** At most one run waits for the one under way: it will find all that came before it began. */
    private final ThreadPoolExecutor thread;

    LookUpLane(
            Database database,
            Reach reach,
            Timing timing,
            Ticker ticker,
            ArchiveObserver observer,
            LogLimit logs) {
        this.database = database;
        this.reach = reach;
        this.timing = timing;
        this.ticker = ticker;
        this.observer = observer;
        this.logs = logs;
        thread = ArchiveThreads.pool(ROLE, 1, 1, new ThreadPoolExecutor.AbortPolicy());
    }

    CompletableFuture<@Nullable Cursor> tops(String channel) {
        LookUp.Tops asked = new LookUp.Tops(channel, ticker.nanoTime(), new CompletableFuture<>());
        ask(asked);
        return asked.answer();
    }

    CompletableFuture<@Nullable Position> find(String channel, String publisher, String msgId) {
        LookUp.Find asked =
                new LookUp.Find(
                        channel, publisher, msgId, ticker.nanoTime(), new CompletableFuture<>());
        ask(asked);
        return asked.answer();
    }

    CompletableFuture<Map<Integer, ShardPosition>> watermarks(String origin) {
        LookUp.Watermarks asked =
                new LookUp.Watermarks(origin, ticker.nanoTime(), new CompletableFuture<>());
        ask(asked);
        return asked.answer();
    }

    private void ask(LookUp asked) {
        if (!waiting.offer(asked)) {
            fail(
                    List.of(asked),
                    new UnavailableException(
                            "the archive has too many questions to answer: " + WAITING + " wait",
                            ReadLane.RETRY_WHEN_CROWDED));
            return;
        }
        try {
            thread.execute(this::answerAll);
        } catch (RejectedExecutionException e) {
            if (thread.isShutdown()) {
                failAll();
            }
        }
    }

    private static void fail(List<LookUp> asked, UnavailableException why) {
        asked.forEach(one -> one.answer().completeExceptionally(why));
    }

    private void answerAll() {
        for (List<LookUp> group = take(); !group.isEmpty(); group = take()) {
            answer(group);
        }
    }

    private List<LookUp> take() {
        List<LookUp> group = new ArrayList<>();
        waiting.drainTo(group, AT_ONCE);
        return group;
    }

    private void answer(List<LookUp> group) {
        String problem = reach.settle();
        if (problem == null
                && ticker.nanoTime() - group.get(0).sinceNanos() > 2 * timing.read().toNanos()) {
            problem = "the archive is too slow: the question has waited too long";
        }
        if (problem != null) {
            fail(group, new UnavailableException(problem, WorkQueue.RETRY_AFTER));
            return;
        }
        try {
            askTwice(group);
        } catch (SQLException | RuntimeException | Error e) {
            String why = "the archive cannot be read: " + database.text(e);
            logs.say(
                    LOG,
                    Level.ERROR,
                    "archive_read_failed",
                    e instanceof SQLException ? Reach.withoutTrace(why) : e);
            logs.tell("archive", observer::onReadFailed);
            // Those that are answered already stay so.
            fail(group, new UnavailableException(why, WorkQueue.RETRY_AFTER));
        }
    }

    /** A connection that broke says little of the server. */
    private void askTwice(List<LookUp> group) throws SQLException {
        try {
            ask(group);
            return;
        } catch (SQLException e) {
            reach.failed(e);
            if (!SqlFailure.isOfConnection(e) || reach.settle() != null) {
                throw e;
            }
        }
        try {
            ask(group);
        } catch (SQLException e) {
            reach.failed(e);
            throw e;
        }
    }

    private void ask(List<LookUp> group) throws SQLException {
        List<LookUp.Tops> tops = of(LookUp.Tops.class, group);
        List<LookUp.Find> finds = of(LookUp.Find.class, group);
        List<LookUp.Watermarks> watermarks = of(LookUp.Watermarks.class, group);
        Map<String, List<Position>> positions;
        @Nullable Position[] found;
        Map<String, Map<Integer, ShardPosition>> reached = new HashMap<>();
        try (Connection connection = database.forLookUp()) {
            positions = tops(connection, tops);
            found = find(connection, finds);
            for (LookUp.Watermarks asked : watermarks) {
                if (!reached.containsKey(asked.origin())) {
                    reached.put(asked.origin(), ShardReads.watermarks(connection, asked.origin()));
                }
            }
        }
        for (LookUp.Watermarks asked : watermarks) {
            asked.answer().complete(reached.get(asked.origin()));
        }
        for (LookUp.Tops asked : tops) {
            List<Position> known = positions.get(asked.channel());
            asked.answer().complete(known == null ? null : Cursor.of(known));
        }
        for (int i = 0; i < found.length; i++) {
            finds.get(i).answer().complete(found[i]);
        }
        group.forEach(this::tell);
    }

    private static <T extends LookUp> List<T> of(Class<T> kind, List<LookUp> group) {
        return group.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private void tell(LookUp asked) {
        logs.tell("archive", () -> observer.onRead(ticker.nanoTime() - asked.sinceNanos()));
    }

    private static Map<String, List<Position>> tops(Connection connection, List<LookUp.Tops> asked)
            throws SQLException {
        Map<String, List<Position>> positions = new HashMap<>();
        if (asked.isEmpty()) {
            return positions;
        }
        List<String> channels = asked.stream().map(LookUp.Tops::channel).distinct().toList();
        try (PreparedStatement statement = connection.prepareStatement(TOPS)) {
            new Parameters(connection, statement).addTexts(channels, channel -> channel);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    positions
                            .computeIfAbsent(row.getString(1), channel -> new ArrayList<>(1))
                            .add(
                                    new Position(
                                            row.getString(2),
                                            row.getLong(3),
                                            row.getLong(4),
                                            row.getLong(5)));
                }
            }
        }
        return positions;
    }

    private static @Nullable Position[] find(Connection connection, List<LookUp.Find> asked)
            throws SQLException {
        @Nullable Position[] found = new @Nullable Position[asked.size()];
        if (asked.isEmpty()) {
            return found;
        }
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < found.length; i++) {
            numbers.add(i);
        }
        try (PreparedStatement statement = connection.prepareStatement(FIND)) {
            Parameters parameters = new Parameters(connection, statement);
            parameters.addInts(numbers, number -> number);
            parameters.addLongs(
                    asked, one -> Texts.message(one.channel(), one.publisher(), one.msgId()));
            parameters.addTexts(asked, LookUp.Find::channel);
            parameters.addTexts(asked, one -> Texts.stored(one.publisher()));
            parameters.addTexts(asked, one -> Texts.stored(one.msgId()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found[row.getInt(1)] =
                            new Position(
                                    row.getString(2),
                                    row.getLong(3),
                                    row.getLong(4),
                                    row.getLong(5));
                }
            }
        }
        return found;
    }

    private void failAll() {
        for (List<LookUp> group = take(); !group.isEmpty(); group = take()) {
            fail(group, ReadLane.closed());
        }
    }

    /** Questions that wait fail; those being answered are waited for, for a bounded time. */
    @Override
    public void close() {
        thread.shutdown();
        failAll();
        ArchiveThreads.awaitEnd(thread, ROLE);
    }
}
