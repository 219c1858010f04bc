package io.highwater.backbone.local;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.backbone.Appended;
import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.Draft;
import io.highwater.backbone.Entry;
import io.highwater.backbone.Level;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.ShardListener;
import io.highwater.backbone.ShardPosition;
import io.highwater.backbone.UnavailableException;
import io.highwater.backbone.local.LastPositions.LastPosition;
import io.highwater.backbone.ring.IdempotencyWindow;
import io.highwater.backbone.ring.MessageKey;
import io.highwater.backbone.ring.RingBudget;
import io.highwater.backbone.ring.ShardRing;
import io.highwater.limits.HeapBytes;
import io.highwater.limits.Payer;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One part of the channels, under one lock. Thread-safe. The lock is taken before the wheel's, and
 * no listener is called under it.
 */
final class LocalShard {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final Duration RETRY_AFTER_NO_ROOM = Duration.ofSeconds(1);

    private final Function<String, RingBounds> bounds;
    private final long firstGeneration;
    private final long startNanos;
    private final Ticker ticker;
    private final NameBudget names;
    private final Object lock = new Object();
    private final ShardRing ring;
    private final Deliveries deliveries;

    /** Channels that have entries or a follower. */
    @GuardedBy("lock")
    private final Map<String, LocalChannel> channels = new HashMap<>();

    /** For channels that have neither entries nor a follower. */
    @GuardedBy("lock")
    private final LastPositions lastPositions;

    @GuardedBy("lock")
    private final IdempotencyWindow window;

    @GuardedBy("lock")
    private long lastSequence;

    /** Follows all channels of the shard. */
    @GuardedBy("lock")
    private @Nullable ShardListener follower;

    /** The generation of new channels: higher than that of any forgotten channel. */
    @GuardedBy("lock")
    private long generation;

    LocalShard(
            Function<String, RingBounds> bounds,
            long generation,
            Ticker ticker,
            TimerWheel wheel,
            RingBudget rings,
            NameBudget names,
            LastPositions lastPositions,
            IdempotencyWindow window,
            LogLimit logs) {
        this.bounds = bounds;
        this.firstGeneration = generation;
        this.generation = generation;
        this.startNanos = ticker.nanoTime();
        this.ticker = ticker;
        this.names = names;
        this.lastPositions = lastPositions;
        this.window = window;
        this.ring = new ShardRing(lock, wheel, rings);
        this.deliveries = new Deliveries(lock, logs);
    }

    /** The newest entries of the shard's channels. */
    ShardRing ring() {
        return ring;
    }

    Appended append(Draft draft) throws UnavailableException {
        Appended appended;
        synchronized (lock) {
            long now = ticker.nanoTime();
            MessageKey key = window.key(draft.publisher(), draft.channel(), draft.msgId());
            Position first = window.find(key, now);
            if (first != null) {
                return new Appended(first, Level.MEMORY, true);
            }
            appended = new Appended(append(draft, now), Level.MEMORY, false);
            window.add(key, appended.position(), draft.payer(), now);
        }
        deliveries.carry();
        return appended;
    }

    @GuardedBy("lock")
    private Position append(Draft draft, long now) throws UnavailableException {
        LocalChannel channel = channel(draft.channel(), draft.payer());
        if (channel == null) {
            throw new UnavailableException(
                    "there is no room for another channel", RETRY_AFTER_NO_ROOM);
        }
        channel.shardSequence = ++lastSequence;
        channel.channelSequence++;
        Position position = channel.top();
        Entry entry =
                new Entry(
                        channel.name,
                        position,
                        null,
                        draft.msgId(),
                        draft.key(),
                        draft.secret(),
                        draft.data(),
                        now);
        ring.keep(channel, entry, draft.payer());
        if (channel.follower != null) {
            deliveries.add(new Delivery.ToFollower(channel.follower, entry));
        }
        if (follower != null) {
            deliveries.add(new Delivery.ToShardFollower(follower, at(lastSequence), entry));
        }
        retireIfUnused(channel);
        return position;
    }

    /** Returns the channel, made if it is new; null if there is no room for a new one. */
    @GuardedBy("lock")
    private @Nullable LocalChannel channel(String name, @Nullable Payer payer) {
        LocalChannel channel = channels.get(name);
        if (channel == null) {
            if (!names.admits(payer, LocalChannel.bytes(name))) {
                return null;
            }
            channel = channel(name, lastPositions.remove(name), payer);
            channels.put(name, channel);
            names.add(payer, LocalChannel.bytes(name));
        }
        return channel;
    }

    @GuardedBy("lock")
    private LocalChannel channel(String name, @Nullable LastPosition last, @Nullable Payer payer) {
        return new LocalChannel(name, bounds.apply(name), generation, last, payer, this);
    }

    @GuardedBy("lock")
    private void retireIfUnused(LocalChannel channel) {
        if (channel.isUnused()) {
            channels.remove(channel.name);
            ring.clear(channel);
            names.add(channel.payer, -LocalChannel.bytes(channel.name));
            if (channel.channelSequence > 0) {
                lastPositions.add(channel, ticker.nanoTime());
            }
        }
    }

    /** Entries of the channel were trimmed, perhaps the last ones. */
    void onTrimmed(LocalChannel channel) {
        synchronized (lock) {
            if (channels.get(channel.name) == channel) {
                retireIfUnused(channel);
            }
        }
    }

    /** False if there is no room for a new name. */
    boolean follow(String name, BackboneListener listener, @Nullable Payer payer) {
        synchronized (lock) {
            LocalChannel channel = channel(name, payer);
            if (channel == null) {
                return false;
            }
            channel.follower = listener;
            nameTwice(channel, channel.name != name);
            return true;
        }
    }

    @GuardedBy("lock")
    private void nameTwice(LocalChannel channel, boolean twice) {
        if (channel.namedTwice != twice) {
            channel.namedTwice = twice;
            long copy = HeapBytes.of(channel.name);
            names.add(channel.payer, twice ? copy : -copy);
        }
    }

    void unfollow(String name) {
        synchronized (lock) {
            LocalChannel channel = channels.get(name);
            if (channel != null) {
                channel.follower = null;
                nameTwice(channel, false);
                retireIfUnused(channel);
            }
        }
    }

    void followShard(@Nullable ShardPosition after, ShardListener listener) {
        synchronized (lock) {
            follower = listener;
            if (after != null) {
                bringUp(listener, after);
            }
        }
        deliveries.carry();
    }

    /** Delivers the entries that the listener missed, as far as the rings still have them. */
    @GuardedBy("lock")
    private void bringUp(ShardListener listener, ShardPosition after) {
        long had = after.sequence();
        if (!after.equals(at(had))) {
            had = 0;
            tell(() -> listener.onGeneration(after, at(0)));
        }
        for (Entry entry : ring.entriesAfter(had)) {
            long next = entry.position().shardSequence();
            tellGap(listener, had, next - 1);
            deliveries.add(new Delivery.ToShardFollower(listener, at(next), entry));
            had = next;
        }
        tellGap(listener, had, lastSequence);
    }

    @GuardedBy("lock")
    private void tellGap(ShardListener listener, long from, long to) {
        if (from < to) {
            tell(() -> listener.onGap(at(from), at(to)));
        }
    }

    private void tell(Runnable event) {
        deliveries.add(new Delivery.ShardEvent(event));
    }

    private ShardPosition at(long sequence) {
        return new ShardPosition(LocalBackbone.ORIGIN, firstGeneration, sequence);
    }

    ReadResult readAfter(String name, @Nullable Cursor after, int limit) {
        synchronized (lock) {
            LocalChannel channel = channels.get(name);
            if (channel == null) {
                LocalChannel unknown = channel(name, lastPositions.get(name), null);
                return unknown.read(unknown.top(), after, limit);
            }
            ring.trimAged(channel, ticker.nanoTime());
            ReadResult result = channel.read(channel.top(), after, limit);
            retireIfUnused(channel);
            return result;
        }
    }

    void expireWindow(long nowNanos) {
        synchronized (lock) {
            window.expire(nowNanos);
        }
    }

    /** Forgets the oldest msgIds of an address; false if there are none. */
    boolean forgetMsgIds(Payer payer) {
        synchronized (lock) {
            return window.forgetOldest(payer);
        }
    }

    /** The oldest unused name of the payer, or of all if the payer is null. */
    @Nullable LastPosition oldestUnused(@Nullable Payer payer) {
        synchronized (lock) {
            return payer == null ? lastPositions.oldest() : lastPositions.oldestOf(payer);
        }
    }

    /**
     * Forgets a name; if its channel comes back, it begins a new generation. Generations must not
     * overtake the wall clock, since the node's next start takes its generation from there.
     * Forgetting may raise the generation by one per millisecond at most, so names that are used
     * and forgotten at more than a thousand per second cannot all be forgotten at once.
     *
     * @return false if no name may be forgotten now
     */
    boolean forgetOldestUnused(@Nullable Payer payer) {
        synchronized (lock) {
            LastPosition last = oldestUnused(payer);
            if (last == null) {
                return false;
            }
            if (last.generation >= generation) {
                long millis = (ticker.nanoTime() - startNanos) / NANOS_PER_MILLI;
                if (last.generation >= firstGeneration + millis) {
                    return false;
                }
                generation = last.generation + 1;
            }
            lastPositions.remove(last);
            return true;
        }
    }

    /** The number of channels that have neither entries nor a follower. */
    int unusedNames() {
        synchronized (lock) {
            return lastPositions.size();
        }
    }

    /** The number of channels with entries or a follower. */
    int activeChannels() {
        synchronized (lock) {
            return channels.size();
        }
    }

    /** Forgets everything kept; entries on their way are still delivered. */
    void close() {
        synchronized (lock) {
            follower = null;
            window.clear();
            for (LocalChannel channel : List.copyOf(channels.values())) {
                channel.follower = null;
                nameTwice(channel, false);
                ring.clear(channel);
                retireIfUnused(channel);
            }
            for (LastPosition last = lastPositions.oldest();
                    last != null;
                    last = lastPositions.oldest()) {
                lastPositions.remove(last);
            }
        }
    }
}
