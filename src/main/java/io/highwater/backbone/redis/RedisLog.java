package io.highwater.backbone.redis;

import io.highwater.archive.SharedArchive;
import io.highwater.backbone.BackboneStartException;
import io.highwater.backbone.ShardPosition;
import io.highwater.backbone.ring.PendingBytes;
import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The logs of all shards, with the connections and threads that they share. Thread-safe.
 *
 * <p>One connection serves all appends, and one the pages of streams that are read again. Reads
 * that Redis holds back need others: one for each group of shards. In a cluster, a group is one
 * shard, since one read cannot span hash slots.
 */
final class RedisLog implements AutoCloseable {
    /** How many shards one connection reads. */
    private static final int GROUP = 16;

    private static final int MOST_THREADS = 4;

    /** Filling the rings takes at most this long. */
    private static final Duration MOST_START = Duration.ofSeconds(60);

    /**
     * What a log is made of. Immutable.
     *
     * @param address where Redis is
     * @param prefix of all keys
     * @param name under which Redis lists the node's connections
     * @param origin of all positions
     * @param archive null if entries are not archived; started before the log, closed after it
     * @param pending the messages of all shards until they are acknowledged
     * @param tails what the node has read of all shards and is not archived yet
     * @param behind whether the node delivers more slowly than the log brings
     */
    record Parts(
            RedisAddress address,
            String prefix,
            String name,
            String origin,
            Scripts scripts,
            Timing timing,
            StreamBounds bounds,
            @Nullable SharedArchive archive,
            PendingBytes pending,
            PendingBytes tails,
            BooleanSupplier behind,
            Ticker ticker,
            RedisObserver observer,
            LogLimit logs) {}

    private final Parts parts;
    private final RedisClients clients;
    private final List<LoopThread> loops = new ArrayList<>();
    private final Link appends;
    private final Link pages;
    private final RedisBus bus;
    private final List<Link> reads = new ArrayList<>();
    private final List<GroupReader> readers = new ArrayList<>();
    private final List<RedisShard> shards = new ArrayList<>();

    /** Null if there is no archive. */
    private final @Nullable LogArchive archive;

    /**
     * @param sinks receives what the log of a shard brings
     */
    RedisLog(Parts parts, IntFunction<ShardSink> sinks) {
        this.parts = parts;
        clients = new RedisClients(parts.address(), parts.name(), parts.timing());
        int group = clients.isCluster() ? 1 : GROUP;
        int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
        for (int i = 0; i < threads; i++) {
            loops.add(new LoopThread("highwater-log-" + i, parts.ticker(), parts.logs()));
        }
        appends = link(loops.get(0), this::connected);
        pages = link(loops.get(0), () -> {});
        archive =
                parts.archive() == null
                        ? null
                        : new LogArchive(parts.archive(), parts, loops.get(0), this::archived);
        bus =
                new RedisBus(
                        clients,
                        parts.prefix(),
                        parts.timing(),
                        loops.get(0),
                        parts.observer(),
                        parts.logs());
        List<ShardKeys> keys = ShardKeys.all(parts.prefix());
        for (int first = 0; first < keys.size(); first += group) {
            LoopThread loop = loops.get(first / group % threads);
            addGroup(loop, keys.subList(first, first + group), first, sinks);
        }
    }

    private void addGroup(
            LoopThread loop, List<ShardKeys> keys, int first, IntFunction<ShardSink> sinks) {
        SplittableRandom random = new SplittableRandom();
        List<RedisShard> group = new ArrayList<>();
        ShardContext context = null;
        for (int i = 0; i < keys.size(); i++) {
            context =
                    new ShardContext(
                            first + i,
                            loop,
                            parts.timing(),
                            random,
                            parts.observer(),
                            parts.logs());
            ShardCalls calls =
                    new ShardCalls(
                            keys.get(i),
                            appends,
                            pages,
                            parts.scripts(),
                            parts.bounds(),
                            parts.timing().call(),
                            parts.origin());
            group.add(
                    new RedisShard(
                            context,
                            calls,
                            parts.bounds(),
                            archive == null ? null : archive.parts(),
                            parts.pending(),
                            sinks.apply(first + i)));
        }
        int number = readers.size();
        Link link = link(loop, () -> loop.execute(() -> readers.get(number).connected()));
        reads.add(link);
        readers.add(new GroupReader(Objects.requireNonNull(context), group, link, parts.behind()));
        shards.addAll(group);
    }

    private Link link(ShardLoop loop, Runnable onUp) {
        return new Link(
                clients,
                clients::open,
                parts.timing(),
                loop,
                new SplittableRandom(),
                parts.observer(),
                parts.logs(),
                onUp);
    }

    /** The primary may be another one now, which the other connections must find too. */
    private void connected() {
        pages.renew("there may be another primary");
        reads.forEach(link -> link.renew("there may be another primary"));
        bus.findPrimary();
        for (RedisShard shard : shards) {
            shard.loop().execute(shard::connected);
        }
    }

    /** The archive has said how far it is. */
    private void archived(Map<Integer, ShardPosition> watermarks) {
        for (LoopThread loop : loops) {
            loop.execute(() -> archived(loop, watermarks));
        }
    }

    /** Those that are not in the answer have asked for it, too. */
    private void archived(LoopThread loop, Map<Integer, ShardPosition> watermarks) {
        for (int i = 0; i < shards.size(); i++) {
            RedisShard shard = shards.get(i);
            if (shard.loop() == loop) {
                ShardPosition watermark = watermarks.get(i);
                shard.archived(watermark == null ? StreamId.NONE : ArchivedForm.id(watermark));
            }
        }
    }

    /** What the nodes of this log tell each other; closed with the log. */
    RedisBus bus() {
        return bus;
    }

    RedisShard shard(int number) {
        return shards.get(number);
    }

    /**
     * Completes when all shards are open and read.
     *
     * @param age entries that are older need not be handed to the sinks
     * @param mostBytes about the most bytes of entries that are handed to them now
     */
    CompletionStage<@Nullable Void> start(Duration age, long mostBytes) {
        CompletableFuture<@Nullable Void> started = new CompletableFuture<>();
        var unused =
                appends.open()
                        .thenCompose(up -> appends.call(parts.timing().call(), PrimaryInfo::ask))
                        .thenCompose(this::checked)
                        .thenCompose(checked -> pages.open())
                        .thenCompose(up -> all(reads.stream().map(Link::open).toList()))
                        .thenCompose(up -> archive == null ? up() : archive.start())
                        .thenCompose(known -> startShards(age, mostBytes / shards.size()))
                        .whenComplete(
                                (done, failure) -> {
                                    if (failure == null) {
                                        started.complete(null);
                                    } else {
                                        started.completeExceptionally(
                                                StartCheck.failed(parts.address(), failure));
                                    }
                                });
        return started.orTimeout(MOST_START.toSeconds(), TimeUnit.SECONDS)
                .handle((done, failure) -> end(failure))
                .thenCompose(stage -> stage);
    }

    private static CompletionStage<@Nullable Void> up() {
        return CompletableFuture.completedFuture(null);
    }

    /** A few at once, since the pages that they read are in no account yet. */
    private CompletionStage<@Nullable Void> startShards(Duration age, long mostBytes) {
        List<CompletionStage<@Nullable Void>> lanes = new ArrayList<>();
        for (int lane = 0; lane < MOST_THREADS; lane++) {
            CompletionStage<@Nullable Void> started = CompletableFuture.completedFuture(null);
            for (int i = lane; i < shards.size(); i += MOST_THREADS) {
                RedisShard shard = shards.get(i);
                started = started.thenCompose(done -> shard.start(age, mostBytes));
            }
            lanes.add(started);
        }
        return all(lanes);
    }

    private CompletionStage<@Nullable Void> end(@Nullable Throwable failure) {
        if (failure != null) {
            close();
            Throwable cause = Link.cause(failure);
            return CompletableFuture.failedFuture(
                    cause instanceof BackboneStartException
                            ? cause
                            : StartCheck.failed(parts.address(), cause));
        }
        readers.forEach(GroupReader::start);
        return CompletableFuture.completedFuture(null);
    }

    private CompletionStage<@Nullable Void> checked(List<PrimaryInfo> primaries) {
        try {
            for (PrimaryInfo primary : primaries) {
                StartCheck.check(parts.address(), primary);
            }
            return CompletableFuture.completedFuture(null);
        } catch (BackboneStartException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static CompletionStage<@Nullable Void> all(List<? extends CompletionStage<?>> stages) {
        return CompletableFuture.allOf(
                stages.stream()
                        .map(CompletionStage::toCompletableFuture)
                        .toArray(CompletableFuture[]::new));
    }

    /** Why it does not work now; null if it does. */
    @Nullable String trouble() {
        for (RedisShard shard : shards) {
            String trouble = shard.trouble();
            if (trouble != null) {
                return trouble;
            }
        }
        for (GroupReader reader : readers) {
            String trouble = reader.trouble();
            if (trouble != null) {
                return trouble;
            }
        }
        return null;
    }

    /** Answers what waits, and ends connections and threads; does not wait for that. */
    @Override
    public void close() {
        for (GroupReader reader : readers) {
            reader.close();
        }
        for (RedisShard shard : shards) {
            shard.loop().execute(shard::close);
        }
        loops.forEach(LoopThread::close);
        reads.forEach(Link::close);
        appends.close();
        pages.close();
        bus.close();
        clients.close();
    }

    /** Waits until the leases of all shards were given back, for a bounded time. */
    void awaitEnd() {
        if (archive != null) {
            loops.forEach(LoopThread::awaitEnd);
            archive.close();
            archive.awaitEnd();
        }
    }
}
