package io.highwater.archive.postgres;

import io.highwater.archive.ArchiveHealth;
import io.highwater.archive.ArchiveObserver;
import io.highwater.archive.ArchivePage;
import io.highwater.archive.ArchiveWriter;
import io.highwater.archive.ArchivedEntry;
import io.highwater.archive.PageBounds;
import io.highwater.archive.SharedArchive;
import io.highwater.archive.queue.ArchiveThreads;
import io.highwater.archive.queue.WorkQueue;
import io.highwater.backbone.BackboneStartException;
import io.highwater.backbone.ShardPosition;
import io.highwater.backbone.UnavailableException;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import io.highwater.time.WallClock;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/**
 * The archive of several nodes, or of one: tables in PostgreSQL. An append is complete when the
 * server has committed it to its disk. What many shards hand over while it does goes into the next
 * transaction together. The package says how.
 *
 * <p>Memory: at most 8 MiB of entries that wait to be written. Takes at most {@link
 * Database#CONNECTIONS} connections.
 *
 * <p>While the server is away, appends and questions fail with {@link UnavailableException}; it
 * goes on by itself. Thread-safe.
 */
public final class PostgresArchive implements SharedArchive {
    private static final String WRITING = "writer";
    private static final String COMPLETING = "stages";
    private static final int WAITING_READS = 1_024;

    /** Nodes add entries when the log has begun a new generation: one call for each shard. */
    private static final int WAITING_ADDITIONS = 256;

    private final PostgresSettings settings;
    private final WallClock clock;
    private final Database database;
    private final Condition condition;
    private final Upkeep upkeep;
    private final Reach reach;
    private final Leases leases;
    private final Partitions partitions;
    private final ReadLane reads;
    private final ReadLane additions;
    private final LookUpLane lookUps;
    private final ThreadPoolExecutor completing;
    private final ThreadPoolExecutor writing;
    private final List<WriteLane> lanes = new ArrayList<>();

    /**
     * @param wheel wakes it up for what it does from time to time
     */
    public PostgresArchive(
            PostgresSettings settings,
            WallClock clock,
            Ticker ticker,
            TimerWheel wheel,
            ArchiveObserver observer,
            LogLimit logs) {
        this(settings, Timing.defaults(), clock, ticker, wheel, observer, logs);
    }

    PostgresArchive(
            PostgresSettings settings,
            Timing timing,
            WallClock clock,
            Ticker ticker,
            TimerWheel wheel,
            ArchiveObserver observer,
            LogLimit logs) {
        this.settings = settings;
        this.clock = clock;
        Address address = settings.address();
        database = new Database(address, settings.node(), timing);
        condition = new Condition(address.shown());
        upkeep = new Upkeep(wheel, timing, logs);
        reach = new Reach(database, timing, wheel, upkeep, condition, observer, logs);
        leases =
                new Leases(database, settings.node(), reach, timing, ticker, wheel, observer, logs);
        partitions = new Partitions(database, settings.retention(), observer, logs);
        reads =
                new ReadLane(
                        "reads",
                        Database.READS,
                        WAITING_READS,
                        database::forRead,
                        database,
                        reach,
                        timing,
                        ticker,
                        observer,
                        logs);
        additions =
                new ReadLane(
                        "additions",
                        1,
                        WAITING_ADDITIONS,
                        database::forWrite,
                        database,
                        reach,
                        timing,
                        ticker,
                        observer,
                        logs);
        lookUps = new LookUpLane(database, reach, timing, ticker, observer, logs);
        // After its end, whoever completes a stage does it itself.
        completing =
                ArchiveThreads.pool(COMPLETING, 1, Integer.MAX_VALUE, (task, pool) -> task.run());
        writing =
                ArchiveThreads.pool(
                        WRITING, WriteLanes.COUNT, 1, new ThreadPoolExecutor.AbortPolicy());
        for (int i = 0; i < WriteLanes.COUNT; i++) {
            lanes.add(
                    new WriteLane(
                            i,
                            WorkQueue.MAX_BYTES / WriteLanes.COUNT,
                            database,
                            reach,
                            leases,
                            partitions,
                            timing,
                            condition,
                            ticker,
                            completing,
                            observer,
                            logs));
        }
    }

    @Override
    public CompletionStage<@Nullable Void> start() {
        CompletableFuture<@Nullable Void> started = new CompletableFuture<>();
        try {
            upkeep.execute(() -> start(started));
        } catch (RejectedExecutionException e) {
            started.completeExceptionally(unavailable("the archive is closed"));
        }
        return started;
    }

    private void start(CompletableFuture<@Nullable Void> started) {
        try {
            open();
            lanes.forEach(writing::execute);
            lanes.forEach(lane -> lane.queue().open());
            if (condition.start()) {
                leases.schedule();
                upkeep.repeat(this::keepUp);
                started.complete(null);
            } else {
                started.completeExceptionally(unavailable("the archive was closed"));
            }
        } catch (SQLException e) {
            started.completeExceptionally(StartErrors.of(database.address(), e));
        } catch (BackboneStartException | RuntimeException | Error e) {
            started.completeExceptionally(e);
        }
    }

    private void open() throws BackboneStartException, SQLException {
        try (Connection connection = database.connect()) {
            ServerCheck.read(connection).check(database.address(), clock.millis());
            Schema.open(database, connection, settings.shards());
        }
        partitions.makeAhead();
    }

    private void keepUp() throws SQLException {
        if (reach.problem() == null) {
            partitions.makeAhead();
            partitions.dropOld();
        }
    }

    @Override
    public CompletionStage<ArchiveWriter> writer(String origin, int shard) {
        requireShard(origin, shard);
        if (!condition.isStarted()) {
            return CompletableFuture.failedFuture(unavailable("the archive is not open"));
        }
        WorkQueue<PostgresWork> queue = lanes.get(WriteLanes.laneOf(shard)).queue();
        return leases.take(origin, shard)
                .thenApply(lease -> new PostgresWriter(lease, leases, queue, completing));
    }

    private void requireShard(String origin, int shard) {
        if (shard < 0 || shard >= settings.shards()) {
            throw new IllegalArgumentException(
                    "shard: must be from 0 to " + (settings.shards() - 1) + ", not " + shard);
        }
        PostgresWriter.requireShortName(origin);
    }

    @Override
    public CompletionStage<Map<Integer, ShardPosition>> watermarks(String origin) {
        return lookUps.watermarks(origin);
    }

    @Override
    public CompletionStage<Boolean> add(String origin, int shard, List<ArchivedEntry> entries) {
        requireShard(origin, shard);
        List<ArchivedEntry> copy = List.copyOf(entries);
        PostgresWriter.check(copy, origin);
        return additions.ask(
                connection -> Addition.add(connection, partitions, origin, shard, copy));
    }

    @Override
    public CompletionStage<List<ArchivedEntry>> between(
            int shard, ShardPosition after, ShardPosition before, PageBounds bounds) {
        return reads.ask(
                connection -> ShardReads.between(connection, shard, after, before, bounds));
    }

    private static UnavailableException unavailable(String why) {
        return new UnavailableException(why, WorkQueue.RETRY_AFTER);
    }

    @Override
    public CompletionStage<ArchivePage> readAfter(
            String channel, String origin, @Nullable Position after, PageBounds bounds) {
        return reads.ask(connection -> Reads.after(connection, channel, origin, after, bounds));
    }

    @Override
    public CompletionStage<ArchivePage> readBefore(
            String channel, String origin, @Nullable Position before, PageBounds bounds) {
        return reads.ask(connection -> Reads.before(connection, channel, origin, before, bounds));
    }

    @Override
    public CompletionStage<@Nullable Position> at(String channel, String origin, Instant instant) {
        return reads.ask(connection -> Instants.before(connection, channel, origin, instant));
    }

    @Override
    public CompletionStage<@Nullable Cursor> tops(String channel) {
        return lookUps.tops(channel);
    }

    @Override
    public CompletionStage<@Nullable Position> find(
            String channel, String publisher, String msgId) {
        return lookUps.find(channel, publisher, msgId);
    }

    @Override
    public Instant keptSince() {
        return Instant.ofEpochMilli(clock.millis()).minus(settings.retention());
    }

    @Override
    public ArchiveHealth health() {
        return condition.health();
    }

    /** What was handed over is written first; waits for each thread for at most 30 s. */
    @Override
    public void close() {
        if (!condition.close()) {
            return;
        }
        lanes.forEach(WriteLane::end);
        writing.shutdown();
        ArchiveThreads.awaitEnd(writing, WRITING);
        completing.shutdown();
        ArchiveThreads.awaitEnd(completing, COMPLETING);
        leases.close();
        reach.close();
        upkeep.close();
        additions.close();
        reads.close();
        lookUps.close();
        database.close();
    }
}
