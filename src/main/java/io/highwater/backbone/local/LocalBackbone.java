package io.highwater.backbone.local;

import io.highwater.backbone.Appended;
import io.highwater.backbone.Backbone;
import io.highwater.backbone.BackboneHealth;
import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.Draft;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.UnavailableException;
import io.highwater.backbone.memory.MemorySettings;
import io.highwater.backbone.memory.NodeMemory;
import io.highwater.backbone.memory.ShardMemory;
import io.highwater.limits.Payer;
import io.highwater.protocol.Cursor;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The log of one node, in its memory alone. Thread-safe. Every stage is complete when it is
 * returned.
 *
 * <p>A channel that {@link NodeMemory} has forgotten begins a new generation when it comes back.
 */
public final class LocalBackbone implements Backbone {
    /** The origin of all its positions. */
    public static final String ORIGIN = "local";

    private static final Duration RETRY_AFTER_CLOSE = Duration.ofSeconds(1);

    private final NodeMemory memory;
    private final List<LocalShard> shards;

    private volatile boolean closed;

    /**
     * @param generation wall-clock milliseconds at the start of the node
     */
    public LocalBackbone(
            MemorySettings settings, long generation, Ticker ticker, TimerWheel wheel) {
        memory = new NodeMemory(ORIGIN, settings, ticker, wheel);
        shards =
                memory.shards().stream()
                        .map(shard -> new LocalShard(shard, generation, ticker))
                        .toList();
    }

    /** Completes at once. */
    @Override
    public CompletionStage<@Nullable Void> start() {
        return closed ? unavailable() : CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Appended> append(Draft draft) {
        if (closed) {
            return unavailable();
        }
        Appended appended;
        try {
            appended = shard(draft.channel()).append(draft);
        } catch (UnavailableException e) {
            return CompletableFuture.failedFuture(e);
        } finally {
            memory(draft.channel()).carry();
            memory.reclaimNames(draft.payer());
        }
        memory.reclaimEntries(draft.payer());
        return CompletableFuture.completedFuture(appended);
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

    @Override
    public CompletionStage<ReadResult> readAfter(
            String channel, @Nullable Cursor after, int limit, @Nullable Payer payer) {
        return closed
                ? unavailable()
                : CompletableFuture.completedFuture(
                        shard(channel).readAfter(channel, after, limit));
    }

    @Override
    public CompletionStage<ReadResult> readBefore(
            String channel, @Nullable Cursor before, int limit, @Nullable Payer payer) {
        return closed
                ? unavailable()
                : CompletableFuture.completedFuture(
                        shard(channel).readBefore(channel, before, limit));
    }

    @Override
    public CompletionStage<@Nullable Cursor> at(
            String channel, Instant instant, @Nullable Payer payer) {
        return closed
                ? unavailable()
                : CompletableFuture.completedFuture(shard(channel).at(channel, instant));
    }

    @Override
    public BackboneHealth health() {
        return new BackboneHealth(
                closed ? BackboneHealth.State.CLOSED : BackboneHealth.State.AVAILABLE,
                "in this node's memory");
    }

    /** The bytes that all rings hold now. */
    public long ringBytes() {
        return memory.ringBytes();
    }

    /** The number of names kept for channels that have neither entries nor a follower. */
    int unusedNames() {
        return memory.unusedNames();
    }

    /** The number of channels with entries or a follower. */
    public int activeChannels() {
        return memory.activeChannels();
    }

    @Override
    public void close() {
        closed = true;
        memory.close();
    }

    private LocalShard shard(String channel) {
        return shards.get(memory.shardOf(channel));
    }

    private ShardMemory memory(String channel) {
        return memory.shards().get(memory.shardOf(channel));
    }

    private static <T> CompletionStage<T> unavailable() {
        return CompletableFuture.failedFuture(
                new UnavailableException("the node is stopping", RETRY_AFTER_CLOSE));
    }
}
