package io.highwater.backbone.local;

import io.highwater.backbone.Appended;
import io.highwater.backbone.Backbone;
import io.highwater.backbone.BackboneHealth;
import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.Draft;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ShardListener;
import io.highwater.backbone.ShardPosition;
import io.highwater.backbone.UnavailableException;
import io.highwater.backbone.ring.IdempotencyWindow;
import io.highwater.backbone.ring.MessageHash;
import io.highwater.backbone.ring.RingBudget;
import io.highwater.backbone.ring.ShardRing;
import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.protocol.Cursor;
import io.highwater.time.Ticker;
import io.highwater.time.Timer;
import io.highwater.time.TimerWheel;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The log of one node, in its memory. Thread-safe. Every stage is complete when it is returned.
 *
 * <p>A channel has a ring of its newest entries. Once the ring is empty and the channel has no
 * follower, only its last position remains. If too many such positions are kept, the oldest are
 * forgotten; a forgotten channel begins a new generation when it comes back.
 *
 * <p>What publishers make it keep is charged to the accounts RINGS, NAMES and IDEMPOTENCY. An
 * address beyond its share loses its own data; if an account is full, the oldest data goes,
 * whichever address it belongs to.
 */
public final class LocalBackbone implements Backbone {
    /** The origin of all its positions. */
    public static final String ORIGIN = "local";

    private static final long SWEEP_NANOS = Duration.ofMinutes(1).toNanos();
    private static final Duration RETRY_AFTER_CLOSE = Duration.ofSeconds(1);

    private final List<LocalShard> shards;
    private final List<ShardRing> rings;
    private final RingBudget budget;
    private final NameBudget names;
    private final Book msgIds;
    private final TimerWheel wheel;
    private final Timer sweep = new Sweep();

    private volatile boolean closed;

    /**
     * @param generation wall-clock milliseconds at the start of the node
     */
    public LocalBackbone(LocalSettings settings, long generation, Ticker ticker, TimerWheel wheel) {
        this.wheel = wheel;
        Ledger ledger = settings.ledger();
        budget = new RingBudget(ledger.book(Account.RINGS));
        names = new NameBudget(ledger.book(Account.NAMES));
        msgIds = ledger.book(Account.IDEMPOTENCY);
        SecureRandom random = new SecureRandom();
        MessageHash hash = new MessageHash(random.nextLong(), random.nextLong());
        List<LocalShard> made = new ArrayList<>();
        for (int i = 0; i < settings.shards(); i++) {
            made.add(
                    new LocalShard(
                            settings.rings(),
                            generation,
                            ticker,
                            wheel,
                            budget,
                            names,
                            new LastPositions(ledger.book(Account.NAMES)),
                            new IdempotencyWindow(ORIGIN, hash, msgIds),
                            settings.logs()));
        }
        shards = List.copyOf(made);
        rings = made.stream().map(LocalShard::ring).toList();
        wheel.schedule(sweep, ticker.nanoTime() + SWEEP_NANOS);
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
            names.reclaim(shards, draft.payer());
        }
        budget.reclaim(rings, draft.payer());
        if (draft.payer() != null) {
            forgetMsgIds(draft.payer());
        }
        return CompletableFuture.completedFuture(appended);
    }

    /** An address beyond its share forgets its own msgIds, in steps of an eighth. */
    private void forgetMsgIds(Payer payer) {
        if (msgIds.fitsAddress(payer, 0)) {
            return;
        }
        long target = msgIds.mostBytesOfAddress() / 8 * 7;
        boolean forgot = true;
        while (forgot && payer.bytes(Account.IDEMPOTENCY) > target) {
            forgot = false;
            for (LocalShard shard : shards) {
                forgot |= shard.forgetMsgIds(payer);
            }
        }
    }

    @Override
    public boolean follow(String channel, BackboneListener listener, @Nullable Payer payer) {
        boolean follows = shard(channel).follow(channel, listener, payer);
        names.reclaim(shards, payer);
        return follows;
    }

    @Override
    public void unfollow(String channel) {
        shard(channel).unfollow(channel);
    }

    @Override
    public int shards() {
        return shards.size();
    }

    @Override
    public void followShard(int shard, @Nullable ShardPosition after, ShardListener listener) {
        shards.get(shard).followShard(after, listener);
    }

    @Override
    public CompletionStage<ReadResult> readAfter(
            String channel, @Nullable Cursor after, int limit) {
        return closed
                ? unavailable()
                : CompletableFuture.completedFuture(
                        shard(channel).readAfter(channel, after, limit));
    }

    @Override
    public BackboneHealth health() {
        return new BackboneHealth(
                closed ? BackboneHealth.State.CLOSED : BackboneHealth.State.AVAILABLE,
                "in this node's memory");
    }

    /** The bytes that all rings hold now. */
    public long ringBytes() {
        return budget.bytes();
    }

    /** The number of names kept for channels that have neither entries nor a follower. */
    int unusedNames() {
        return shards.stream().mapToInt(LocalShard::unusedNames).sum();
    }

    /** The number of channels with entries or a follower. */
    public int activeChannels() {
        return shards.stream().mapToInt(LocalShard::activeChannels).sum();
    }

    @Override
    public void close() {
        closed = true;
        wheel.cancel(sweep);
        shards.forEach(LocalShard::close);
    }

    private LocalShard shard(String channel) {
        int hash = channel.hashCode();
        return shards.get(Math.floorMod(hash ^ (hash >>> 16), shards.size()));
    }

    private static <T> CompletionStage<T> unavailable() {
        return CompletableFuture.failedFuture(
                new UnavailableException("the node is stopping", RETRY_AFTER_CLOSE));
    }

    /** Appends expire old msgIds themselves; this is for shards without appends. */
    private final class Sweep extends Timer {
        @Override
        protected void onDeadline(long nowNanos) {
            shards.forEach(shard -> shard.expireWindow(nowNanos));
            names.reclaim(shards, null);
            if (!closed) {
                wheel.schedule(this, nowNanos + SWEEP_NANOS);
            }
        }
    }
}
