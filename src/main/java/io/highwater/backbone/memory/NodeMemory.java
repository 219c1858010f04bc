package io.highwater.backbone.memory;

import io.highwater.backbone.ring.IdempotencyWindow;
import io.highwater.backbone.ring.MessageHash;
import io.highwater.backbone.ring.RingBudget;
import io.highwater.backbone.ring.ShardRing;
import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.time.Ticker;
import io.highwater.time.Timer;
import io.highwater.time.TimerWheel;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The memory of all shards, and what they share: the accounts. Thread-safe.
 *
 * <p>A channel has a ring of its newest entries. Once the ring is empty and nobody uses the
 * channel, only its last position remains. If too many such positions are kept, the oldest are
 * forgotten.
 *
 * <p>What publishers make it keep is charged to the accounts RINGS, NAMES and IDEMPOTENCY. An
 * address beyond its share loses its own data; if an account is full, the oldest data goes,
 * whichever address it belongs to.
 */
public final class NodeMemory implements AutoCloseable {
    private static final long SWEEP_NANOS = Duration.ofMinutes(1).toNanos();

    private final List<ShardMemory> shards;
    private final List<ShardRing> rings;
    private final RingBudget budget;
    private final NameBudget names;
    private final Book msgIds;
    private final TimerWheel wheel;
    private final Timer sweep = new Sweep();

    private volatile boolean closed;

    /**
     * @param origin of all positions
     */
    public NodeMemory(String origin, MemorySettings settings, Ticker ticker, TimerWheel wheel) {
        this.wheel = wheel;
        Ledger ledger = settings.ledger();
        budget = new RingBudget(ledger.book(Account.RINGS));
        names = new NameBudget(ledger.book(Account.NAMES));
        msgIds = ledger.book(Account.IDEMPOTENCY);
        SecureRandom random = new SecureRandom();
        MessageHash hash = new MessageHash(random.nextLong(), random.nextLong());
        List<ShardMemory> made = new ArrayList<>();
        for (int i = 0; i < settings.shards(); i++) {
            Object lock = new Object();
            made.add(
                    new ShardMemory(
                            origin,
                            lock,
                            settings.rings(),
                            ticker,
                            names,
                            new LastPositions(ledger.book(Account.NAMES)),
                            new IdempotencyWindow(origin, hash, msgIds),
                            new ShardRing(lock, wheel, budget),
                            settings.logs()));
        }
        shards = List.copyOf(made);
        rings = made.stream().map(ShardMemory::ring).toList();
        wheel.schedule(sweep, ticker.nanoTime() + SWEEP_NANOS);
    }

    public List<ShardMemory> shards() {
        return shards;
    }

    /** The number of the shard that a channel belongs to; the same for the life of the log. */
    public int shardOf(String channel) {
        return ChannelShards.shardOf(channel, shards.size());
    }

    /** Forgets unused names until the others fit. Caller holds no lock. */
    public void reclaimNames(@Nullable Payer payer) {
        names.reclaim(shards, payer);
    }

    /** Forgets entries and msgIds until the rest fits. Caller holds no lock. */
    public void reclaimEntries(@Nullable Payer payer) {
        budget.reclaim(rings, payer);
        if (payer != null) {
            forgetMsgIds(payer);
        }
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
            for (ShardMemory shard : shards) {
                forgot |= shard.forgetMsgIds(payer);
            }
        }
    }

    /** The bytes that all rings hold now. */
    public long ringBytes() {
        return budget.bytes();
    }

    /** The number of channels of which only the last position is left. */
    public int unusedNames() {
        return shards.stream().mapToInt(ShardMemory::unusedNames).sum();
    }

    /** The number of channels with entries, a follower, or an append under way. */
    public int activeChannels() {
        return shards.stream().mapToInt(ShardMemory::activeChannels).sum();
    }

    /** Forgets everything kept. */
    @Override
    public void close() {
        closed = true;
        wheel.cancel(sweep);
        shards.forEach(ShardMemory::close);
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
