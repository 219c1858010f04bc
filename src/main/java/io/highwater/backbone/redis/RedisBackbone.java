package io.highwater.backbone.redis;

import io.highwater.archive.ArchiveHealth;
import io.highwater.archive.ArchiveReads;
import io.highwater.archive.SharedArchive;
import io.highwater.backbone.Appended;
import io.highwater.backbone.Backbone;
import io.highwater.backbone.BackboneHealth;
import io.highwater.backbone.BackboneHealth.State;
import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.Draft;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.memory.MemorySettings;
import io.highwater.backbone.memory.NodeMemory;
import io.highwater.backbone.memory.ShardMemory;
import io.highwater.backbone.ring.PendingBytes;
import io.highwater.cluster.Bus;
import io.highwater.limits.Account;
import io.highwater.limits.Payer;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import io.highwater.time.WallClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The log of many nodes, in Redis. Thread-safe.
 *
 * <p>Every node reads all of it and keeps the newest entries in its memory, from which it serves
 * its clients. An append is acknowledged when this node has read it back: then every node reads it,
 * and it is lost only if Redis loses the end of its data. With an archive it is acknowledged when
 * that has it too; it is delivered at once, whatever the archive does.
 */
public final class RedisBackbone implements Backbone {
    /** As long as rings keep entries by default. */
    private static final Duration FILL_AGE = Duration.ofMinutes(2);

    private final NodeMemory memory;
    private final long ringsBytes;
    private final RedisLog log;

    /** Null if nothing is archived. */
    private final @Nullable SharedArchive archive;

    private final String shown;
    private final List<ShardReads> reads = new ArrayList<>();

    private final AtomicReference<State> state = new AtomicReference<>(State.STARTING);

    /**
     * @param memory of {@link RedisSettings#SHARDS} shards
     * @param archive started, and closed, by this log; null if nothing is archived
     * @param behind whether the node delivers more slowly than the log brings: it then reads on
     *     later, so that what waits for delivery stays bounded
     * @param clock the time of day, for reads by time
     */
    public RedisBackbone(
            RedisSettings settings,
            MemorySettings memory,
            @Nullable SharedArchive archive,
            BooleanSupplier behind,
            RedisObserver observer,
            Ticker ticker,
            WallClock clock,
            TimerWheel wheel) {
        this(
                new RedisLog.Parts(
                        settings.address(),
                        settings.prefix(),
                        "highwater-" + settings.node(),
                        settings.origin(),
                        Scripts.load(),
                        Timing.defaults(),
                        StreamBounds.defaults(),
                        archive,
                        new PendingBytes(memory.ledger().book(Account.RINGS)),
                        new PendingBytes(memory.ledger().book(Account.RINGS)),
                        behind,
                        ticker,
                        observer,
                        memory.logs()),
                memory,
                clock,
                wheel);
    }

    RedisBackbone(
            RedisLog.Parts parts, MemorySettings settings, WallClock clock, TimerWheel wheel) {
        archive = parts.archive();
        shown = parts.address().shown();
        ringsBytes = settings.ledger().book(Account.RINGS).mostBytes();
        memory = new NodeMemory(parts.origin(), settings, parts.ticker(), wheel);
        List<MemorySink> sinks = new ArrayList<>();
        for (int i = 0; i < ShardKeys.SHARDS; i++) {
            int number = i;
            ShardMemory shard = memory.shards().get(i);
            sinks.add(new MemorySink(parts.origin(), memory, shard, last -> doubt(number, last)));
        }
        log = new RedisLog(parts, sinks::get);
        StreamReads streams = new StreamReads();
        ArchiveReads archived =
                archive == null ? null : new ArchiveReads(archive, parts.origin(), true, wheel);
        for (int i = 0; i < ShardKeys.SHARDS; i++) {
            RedisShard shard = log.shard(i);
            reads.add(
                    new ShardReads(
                            memory.shards().get(i),
                            sinks.get(i),
                            shard,
                            new TopQuestions(shard, parts.origin(), parts.timing()),
                            streams,
                            history(archived, shard),
                            parts.ticker(),
                            clock));
        }
    }

    private @Nullable ShardHistory history(@Nullable ArchiveReads archived, RedisShard shard) {
        ShardArchive shardArchive = shard.archive();
        return archive == null || archived == null || shardArchive == null
                ? null
                : new ShardHistory(archive, archived, shardArchive);
    }

    private void doubt(int shard, Map<String, Position> last) {
        reads.get(shard).doubt(last);
    }

    @Override
    public CompletionStage<@Nullable Void> start() {
        return openArchive()
                .thenCompose(open -> log.start(FILL_AGE, ringsBytes / 2))
                .thenRun(
                        () -> {
                            boolean unused = state.compareAndSet(State.STARTING, State.AVAILABLE);
                        });
    }

    private CompletionStage<@Nullable Void> openArchive() {
        return archive == null ? CompletableFuture.completedFuture(null) : archive.start();
    }

    @Override
    public CompletionStage<Appended> append(Draft draft) {
        return isClosed()
                ? stopping()
                : log.shard(ShardKeys.shardOf(draft.channel())).append(draft);
    }

    @Override
    public boolean follow(String channel, BackboneListener listener, @Nullable Payer payer) {
        boolean follows = memory(channel).follow(channel, listener, payer);
        memory.reclaimNames(payer);
        return follows;
    }

    @Override
    public void unfollow(String channel) {
        memory(channel).unfollow(channel);
    }

    private ShardMemory memory(String channel) {
        return memory.shards().get(ShardKeys.shardOf(channel));
    }

    private ShardReads reads(String channel) {
        return reads.get(ShardKeys.shardOf(channel));
    }

    @Override
    public CompletionStage<ReadResult> readAfter(
            String channel, @Nullable Cursor after, int limit, @Nullable Payer payer) {
        return isClosed() ? stopping() : reads(channel).readAfter(channel, after, limit, payer);
    }

    @Override
    public CompletionStage<ReadResult> readBefore(
            String channel, @Nullable Cursor before, int limit, @Nullable Payer payer) {
        return isClosed() ? stopping() : reads(channel).readBefore(channel, before, limit, payer);
    }

    @Override
    public CompletionStage<@Nullable Cursor> at(
            String channel, Instant instant, @Nullable Payer payer) {
        return isClosed() ? stopping() : reads(channel).at(channel, instant, payer);
    }

    @Override
    public BackboneHealth health() {
        State now = Objects.requireNonNull(state.get());
        if (now != State.AVAILABLE) {
            return new BackboneHealth(now, shown);
        }
        String trouble = log.trouble();
        if (trouble != null) {
            return new BackboneHealth(State.UNAVAILABLE, shown + ": " + trouble);
        }
        ArchiveHealth archived = archive == null ? null : archive.health();
        return archived == null || archived.state() == ArchiveHealth.State.AVAILABLE
                ? new BackboneHealth(State.AVAILABLE, shown)
                : new BackboneHealth(State.UNAVAILABLE, archived.detail());
    }

    /** Carries what the nodes of this log tell each other; closed with the log. */
    public Bus bus() {
        return log.bus();
    }

    /** The bytes that all rings hold now. */
    public long ringBytes() {
        return memory.ringBytes();
    }

    @Override
    public void close() {
        state.set(State.CLOSED);
        log.close();
        if (archive != null) {
            log.awaitEnd();
            archive.close();
        }
        memory.close();
    }

    private boolean isClosed() {
        return state.get() == State.CLOSED;
    }

    private static <T> CompletionStage<T> stopping() {
        return RedisShard.unavailable("the node is stopping");
    }
}
