package io.highwater.backbone.memory;

import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.Entry;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.memory.LastPositions.LastPosition;
import io.highwater.backbone.ring.IdempotencyWindow;
import io.highwater.backbone.ring.ShardRing;
import io.highwater.limits.HeapBytes;
import io.highwater.limits.Payer;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Position;
import io.highwater.time.Ticker;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One part of the channels, under one lock, which is taken before the wheel's. The lock belongs to
 * the backbone, too: it holds it while it decides on a position and calls {@link #add}. It guards
 * all fields. No listener is called under it. Unless a method says that the caller holds the lock,
 * the method takes it.
 */
public final class ShardMemory {
    private final String origin;
    private final Function<String, RingBounds> bounds;
    private final Ticker ticker;
    private final NameBudget names;
    private final Object lock;
    private final ShardRing ring;
    private final Deliveries deliveries;

    /** Channels that have entries, a follower, or an append under way. */
    private final Map<String, MemoryChannel> channels = new HashMap<>();

    /** For the other channels. */
    private final LastPositions lastPositions;

    private final IdempotencyWindow window;

    private Predicate<LastPosition> mayForget = last -> true;

    ShardMemory(
            String origin,
            Object lock,
            Function<String, RingBounds> bounds,
            Ticker ticker,
            NameBudget names,
            LastPositions lastPositions,
            IdempotencyWindow window,
            ShardRing ring,
            LogLimit logs) {
        this.origin = origin;
        this.lock = lock;
        this.bounds = bounds;
        this.ticker = ticker;
        this.names = names;
        this.lastPositions = lastPositions;
        this.window = window;
        this.ring = ring;
        this.deliveries = new Deliveries(lock, logs);
    }

    /** Guards everything in it. */
    public Object lock() {
        return lock;
    }

    /**
     * Whether the last position of a channel may be forgotten now; called under the lock.
     *
     * @param question true by default: the backbone can find out the position in another way
     */
    public void forgetOnlyIf(Predicate<LastPosition> question) {
        synchronized (lock) {
            mayForget = question;
        }
    }

    /** The messages of the last minutes. Guarded by the lock. */
    public IdempotencyWindow window() {
        return window;
    }

    String origin() {
        return origin;
    }

    ShardRing ring() {
        return ring;
    }

    /** The channel, if it is in use; caller holds the lock. */
    public @Nullable MemoryChannel channel(String name) {
        return channels.get(name);
    }

    /**
     * The channel, made if it is not in use; null if there is no room for another. Caller holds the
     * lock, and calls {@link #retireIfUnused} if it neither adds an entry nor pins the channel.
     */
    public @Nullable MemoryChannel open(String name, @Nullable Payer payer) {
        MemoryChannel channel = channels.get(name);
        if (channel == null) {
            if (!names.admits(payer, MemoryChannel.bytes(name))) {
                return null;
            }
            LastPosition last = lastPositions.remove(name);
            Position top = last == null ? null : last.position(origin);
            channel = new MemoryChannel(name, bounds.apply(name), top, payer, this);
            channels.put(name, channel);
            names.add(payer, MemoryChannel.bytes(name));
        }
        return channel;
    }

    /** The channel's last position; null if it is not known. Caller holds the lock. */
    public @Nullable Position top(String name) {
        MemoryChannel channel = channels.get(name);
        if (channel != null) {
            return channel.top();
        }
        LastPosition last = lastPositions.get(name);
        return last == null ? null : last.position(origin);
    }

    /**
     * Adds the next entry of a channel: to its ring, and for its follower. Caller holds the lock,
     * and calls {@link #carry} once it has released it.
     *
     * @param payer the address that published it; null if unknown
     */
    public void add(MemoryChannel channel, Entry entry, @Nullable Payer payer) {
        channel.setTop(entry.position());
        ring.keep(channel, entry, payer);
        BackboneListener follower = channel.follower;
        if (follower != null) {
            deliveries.add(new Delivery.ToFollower(follower, entry));
        }
    }

    /**
     * An entry that comes after its turn: for the channel's follower only. Caller holds the lock,
     * and calls {@link #carry} once it has released it.
     */
    public void addLate(MemoryChannel channel, Entry entry) {
        BackboneListener follower = channel.follower;
        if (follower != null) {
            deliveries.add(new Delivery.ToFollower(follower, entry));
        }
    }

    /**
     * Entries of a channel did not come: what is kept of it ends before them, so it goes, and its
     * follower is told. Caller holds the lock, and calls {@link #carry} once it has released it.
     *
     * @param from the last entry that came
     * @param to the last entry that did not
     */
    public void miss(MemoryChannel channel, Position from, Position to) {
        ring.clear(channel);
        channel.setTop(to);
        BackboneListener follower = channel.follower;
        if (follower != null) {
            deliveries.add(new Delivery.Gap(follower, channel.name, from, to));
        }
    }

    /**
     * Entries did not come, and nobody knows of which channels: forgets all entries, and the last
     * positions of all channels. Caller holds the lock.
     *
     * @return the channels in use, with the last positions that came
     */
    public List<MemoryChannel> doubt() {
        for (MemoryChannel channel : List.copyOf(channels.values())) {
            ring.clear(channel);
            channel.doubt();
            retireIfUnused(channel);
        }
        forgetLastPositions();
        return List.copyOf(channels.values());
    }

    private void forgetLastPositions() {
        for (LastPosition last = lastPositions.oldest();
                last != null;
                last = lastPositions.oldest()) {
            lastPositions.remove(last);
        }
    }

    /** An entry of a channel that is not in use was not kept. Caller holds the lock. */
    public void forgetLastPosition(String name) {
        lastPositions.remove(name);
    }

    /** Delivers what was added, unless another thread does. Caller holds no lock. */
    public void carry() {
        deliveries.carry();
    }

    /** Caller holds the lock. */
    public void retireIfUnused(MemoryChannel channel) {
        if (channel.isUnused() && channels.remove(channel.name, channel)) {
            ring.clear(channel);
            names.add(channel.payer, -MemoryChannel.bytes(channel.name));
            Position top = channel.top();
            if (top != null && top.channelSequence() > 0) {
                lastPositions.add(channel, top, ticker.nanoTime());
            }
        }
    }

    /** An append to the channel is over. Caller holds the lock. */
    public void unpin(MemoryChannel channel) {
        channel.unpin();
        retireIfUnused(channel);
    }

    /** Entries of the channel were trimmed, perhaps the last ones. */
    void onTrimmed(MemoryChannel channel) {
        synchronized (lock) {
            retireIfUnused(channel);
        }
    }

    /** Trims the entries of the channel that are too old by now. Caller holds the lock. */
    public void trimAged(MemoryChannel channel) {
        ring.trimAged(channel, ticker.nanoTime());
    }

    /** False if there is no room for a new name. */
    public boolean follow(String name, BackboneListener listener, @Nullable Payer payer) {
        synchronized (lock) {
            MemoryChannel channel = open(name, payer);
            if (channel == null) {
                return false;
            }
            channel.follower = listener;
            nameTwice(channel, channel.name != name);
            return true;
        }
    }

    private void nameTwice(MemoryChannel channel, boolean twice) {
        if (channel.namedTwice != twice) {
            channel.namedTwice = twice;
            long copy = HeapBytes.of(channel.name);
            names.add(channel.payer, twice ? copy : -copy);
        }
    }

    public void unfollow(String name) {
        synchronized (lock) {
            MemoryChannel channel = channels.get(name);
            if (channel != null) {
                unfollow(channel);
            }
        }
    }

    private void unfollow(MemoryChannel channel) {
        channel.follower = null;
        nameTwice(channel, false);
        retireIfUnused(channel);
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

    /** Forgets that name; false if no name may be forgotten now. */
    boolean forgetOldestUnused(@Nullable Payer payer) {
        synchronized (lock) {
            LastPosition last = oldestUnused(payer);
            if (last == null || !mayForget.test(last)) {
                return false;
            }
            lastPositions.remove(last);
            return true;
        }
    }

    /** The number of channels of which only the last position is left. */
    int unusedNames() {
        synchronized (lock) {
            return lastPositions.size();
        }
    }

    /** The number of the other channels. */
    int activeChannels() {
        synchronized (lock) {
            return channels.size();
        }
    }

    /** Forgets everything kept; entries on their way are still delivered. */
    void close() {
        synchronized (lock) {
            window.clear();
            for (MemoryChannel channel : List.copyOf(channels.values())) {
                ring.clear(channel);
                unfollow(channel);
            }
            forgetLastPositions();
        }
    }
}
