package io.highwater.backbone.archived;

import io.highwater.archive.Archive;
import io.highwater.archive.ArchiveHealth;
import io.highwater.archive.ArchiveObserver;
import io.highwater.archive.ArchiveReads;
import io.highwater.backbone.Appended;
import io.highwater.backbone.Backbone;
import io.highwater.backbone.BackboneHealth;
import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.Draft;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.UnavailableException;
import io.highwater.backbone.memory.MemorySettings;
import io.highwater.backbone.memory.NodeMemory;
import io.highwater.backbone.memory.RingRead;
import io.highwater.backbone.ring.PendingBytes;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The log of one node, in its memory and in an archive. Thread-safe.
 *
 * <p>An entry is archived before it is delivered and acknowledged. If the archive cannot be
 * written, up to 1,000 messages of each shard wait for it, 2 s at most; then appends fail until a
 * write succeeds, which is tried again and again. A read is answered from memory if it can be, and
 * otherwise from the archive.
 *
 * <p>Each start begins a new generation, and so does each shard once a day. The first entry of a
 * channel in it names the channel's previous position, so that a client that was in an older
 * generation reads on across it.
 */
public final class ArchivedBackbone implements Backbone {
    /** The origin of all its positions. */
    public static final String ORIGIN = "local";

    private static final Duration RETRY_AFTER_CLOSE = Duration.ofSeconds(1);

    private final Archive archive;
    private final ArchiveReads reads;
    private final NodeMemory memory;
    private final List<ArchivedShard> shards;
    private final ArchiveStart start;

    private volatile boolean started;
    private volatile boolean closed;

    /**
     * @param settings the number of shards must be the same for the life of the archive
     * @param archive started, and closed, by this log
     * @param observer the archive's own
     */
    public ArchivedBackbone(
            MemorySettings settings,
            Archive archive,
            ArchiveObserver observer,
            Ticker ticker,
            WallClock clock,
            TimerWheel wheel) {
        this.archive = archive;
        reads = new ArchiveReads(archive, ORIGIN, false, wheel);
        memory = new NodeMemory(ORIGIN, settings, ticker, wheel);
        PendingBytes pendingBytes = new PendingBytes(settings.ledger().book(Account.RINGS));
        List<ArchivedShard> made = new ArrayList<>();
        for (int i = 0; i < settings.shards(); i++) {
            made.add(
                    new ArchivedShard(
                            i,
                            memory,
                            archive,
                            observer,
                            pendingBytes,
                            ticker,
                            clock,
                            wheel,
                            settings.logs()));
        }
        shards = List.copyOf(made);
        start = new ArchiveStart(archive, shards, clock);
    }

    @Override
    public CompletionStage<@Nullable Void> start() {
        return closed ? unavailable() : start.run().thenRun(() -> started = true);
    }

    @Override
    public CompletionStage<Appended> append(Draft draft) {
        return shard(draft.channel()).append(draft);
    }

    @Override
    public boolean follow(String channel, BackboneListener listener, @Nullable Payer payer) {
        boolean follows = shard(channel).memory().follow(channel, listener, payer);
        memory.reclaimNames(payer);
        return follows;
    }

    @Override
    public void unfollow(String channel) {
        shard(channel).memory().unfollow(channel);
    }

    @Override
    public CompletionStage<ReadResult> readAfter(
            String channel, @Nullable Cursor after, int limit, @Nullable Payer payer) {
        ArchivedShard shard = shard(channel);
        return isReadable()
                ? top(shard, channel, payer)
                        .thenCompose(
                                asked -> {
                                    RingRead ring =
                                            RingRead.after(
                                                    shard.memory(),
                                                    channel,
                                                    after,
                                                    limit,
                                                    ArchivedBackbone::isFirst);
                                    ReadResult read = ring.result();
                                    return read == null
                                            ? reads.readAfter(
                                                    channel, ring.topOr(asked), after, limit, payer)
                                            : CompletableFuture.completedFuture(read);
                                })
                : unavailable();
    }

    @Override
    public CompletionStage<ReadResult> readBefore(
            String channel, @Nullable Cursor before, int limit, @Nullable Payer payer) {
        ArchivedShard shard = shard(channel);
        return isReadable()
                ? top(shard, channel, payer)
                        .thenCompose(
                                asked ->
                                        readBefore(
                                                RingRead.before(
                                                        shard.memory(),
                                                        channel,
                                                        before,
                                                        limit,
                                                        ArchivedBackbone::isFirst),
                                                asked,
                                                channel,
                                                before,
                                                limit,
                                                payer))
                : unavailable();
    }

    /** What the ring has, and then what the archive has before it. */
    private CompletionStage<ReadResult> readBefore(
            RingRead ring,
            Position asked,
            String channel,
            @Nullable Cursor before,
            int limit,
            @Nullable Payer payer) {
        Position top = ring.topOr(asked);
        if (!(ring.result() instanceof Slice first)) {
            return reads.readBefore(channel, top, before, limit, payer);
        }
        return first.complete() && ring.whole()
                ? CompletableFuture.completedFuture(first)
                : reads.readBefore(channel, top, first, limit, payer);
    }

    /** Memory and archive know the same. */
    private static boolean isFirst(Entry entry) {
        return entry.position().channelSequence() == 1 && entry.previous() == null;
    }

    @Override
    public CompletionStage<@Nullable Cursor> at(
            String channel, Instant instant, @Nullable Payer payer) {
        return isReadable()
                ? top(shard(channel), channel, payer)
                        .thenCompose(top -> reads.at(channel, top, instant, payer))
                : unavailable();
    }

    private CompletionStage<Position> top(
            ArchivedShard shard, String channel, @Nullable Payer payer) {
        return reads.await(payer, shard.tops().ask(channel));
    }

    private boolean isReadable() {
        return started && !closed;
    }

    private <T> CompletionStage<T> unavailable() {
        String message = closed ? "the node is stopping" : "the log is starting";
        return CompletableFuture.failedFuture(new UnavailableException(message, RETRY_AFTER_CLOSE));
    }

    @Override
    public BackboneHealth health() {
        ArchiveHealth health = archive.health();
        String detail = health.detail();
        BackboneHealth.State state;
        if (closed) {
            state = BackboneHealth.State.CLOSED;
        } else if (!started) {
            state = BackboneHealth.State.STARTING;
        } else if (health.state() != ArchiveHealth.State.AVAILABLE) {
            state = BackboneHealth.State.UNAVAILABLE;
        } else {
            long waiting = shards.stream().filter(ArchivedBackbone::waits).count();
            state =
                    waiting == 0
                            ? BackboneHealth.State.AVAILABLE
                            : BackboneHealth.State.UNAVAILABLE;
            if (waiting > 0) {
                // Nothing else tells of a disk that only hangs.
                detail = waiting + " of " + shards.size() + " shards wait for writes " + detail;
            }
        }
        return new BackboneHealth(state, detail);
    }

    private static boolean waits(ArchivedShard shard) {
        return shard.state() != ArchiveFeed.State.WRITING;
    }

    /** The bytes that all rings hold now. */
    public long ringBytes() {
        return memory.ringBytes();
    }

    /** The number of channels with entries, a follower, or an append under way. */
    public int activeChannels() {
        return memory.activeChannels();
    }

    /** What was handed to the archive is still written and acknowledged; blocks until it is. */
    @Override
    public void close() {
        closed = true;
        shards.forEach(ArchivedShard::close);
        archive.close();
        shards.forEach(ArchivedShard::failRest);
        memory.close();
    }

    private ArchivedShard shard(String channel) {
        return shards.get(memory.shardOf(channel));
    }
}
