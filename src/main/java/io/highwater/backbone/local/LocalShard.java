package io.highwater.backbone.local;

import io.highwater.backbone.Appended;
import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.Draft;
import io.highwater.backbone.Entry;
import io.highwater.backbone.Level;
import io.highwater.backbone.Position;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadResult.Reason;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.ReadResult.Unreadable;
import io.highwater.backbone.RingBounds;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of the channels, under one lock. Thread-safe; no listener is called under the lock, which
 * is taken before the wheel's.
 */
final class LocalShard {
    /** A ring's age is looked at so often at most while it has entries, in parts of that age. */
    private static final int LOOKS_PER_AGE = 16;

    private final Function<String, RingBounds> bounds;
    private final long generation;
    private final Ticker ticker;
    private final TimerWheel wheel;
    private final RingBudget budget;
    private final Object lock = new Object();
    private final Deliveries deliveries = new Deliveries(lock);

    /** Those that have entries or a follower. Guarded by lock, like all below. */
    private final Map<String, LocalChannel> channels = new HashMap<>();

    /** Of the channels that have neither. */
    private final Map<String, LocalChannel.Tail> tails = new HashMap<>();

    private final AgeList kept = new AgeList();
    private final IdempotencyWindow window;
    private long lastSequence;

    LocalShard(
            Function<String, RingBounds> bounds,
            long generation,
            Ticker ticker,
            TimerWheel wheel,
            RingBudget budget,
            IdempotencyWindow window) {
        this.bounds = bounds;
        this.generation = generation;
        this.ticker = ticker;
        this.wheel = wheel;
        this.budget = budget;
        this.window = window;
    }

    Appended append(Draft draft) {
        Appended appended;
        synchronized (lock) {
            long now = ticker.nanoTime();
            MessageKey key = window.key(draft.publisher(), draft.channel(), draft.msgId());
            Position first = window.find(key, now);
            if (first != null) {
                return new Appended(first, Level.MEMORY, true);
            }
            appended = new Appended(append(draft, now), Level.MEMORY, false);
            window.add(key, appended.position(), now);
        }
        deliveries.carry();
        return appended;
    }

    /** Caller holds lock. */
    private Position append(Draft draft, long now) {
        LocalChannel channel = channel(draft.channel());
        channel.shardSequence = ++lastSequence;
        channel.channelSequence++;
        Position position = channel.top(generation);
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
        keep(channel, entry);
        if (channel.follower != null) {
            deliveries.add(channel.follower, entry);
        }
        retireIfUnused(channel);
        return position;
    }

    /** Caller holds lock. */
    private void keep(LocalChannel channel, Entry entry) {
        long now = entry.appendedNanos();
        trimAged(channel, now);
        if (channel.maxMessages == 0) {
            return;
        }
        if (channel.ring.size() == channel.maxMessages) {
            trimFirst(channel);
        }
        if (channel.ring.size() == 0) {
            wheel.schedule(channel, now + channel.maxAgeNanos + 1);
        }
        Kept added = new Kept(entry, channel);
        channel.ring.addLast(added);
        kept.append(added);
        budget.add(added.bytes());
    }

    /** Caller holds lock. */
    private LocalChannel channel(String name) {
        LocalChannel channel = channels.get(name);
        if (channel == null) {
            channel = new LocalChannel(name, bounds.apply(name), tails.remove(name), this);
            channels.put(name, channel);
        }
        return channel;
    }

    /** Caller holds lock. */
    private void retireIfUnused(LocalChannel channel) {
        if (channel.isUnused()) {
            channels.remove(channel.name);
            wheel.cancel(channel);
            if (channel.channelSequence > 0) {
                tails.put(
                        channel.name,
                        new LocalChannel.Tail(channel.shardSequence, channel.channelSequence));
            }
        }
    }

    /** Caller holds lock. */
    private void trimAged(LocalChannel channel, long now) {
        while (channel.ring.size() > 0
                && now - channel.ring.get(0).entry.appendedNanos() > channel.maxAgeNanos) {
            trimFirst(channel);
        }
    }

    /** Caller holds lock. */
    private void trimFirst(LocalChannel channel) {
        Kept gone = channel.ring.removeFirst();
        kept.unlink(gone);
        budget.add(-gone.bytes());
    }

    /** The age of the channel's oldest entry may be over. */
    void expire(LocalChannel channel, long nowNanos) {
        synchronized (lock) {
            trimAged(channel, nowNanos);
            if (channel.ring.size() > 0) {
                // Past the age, not at it: what is kept is no older than the age, and may be that.
                long due = channel.ring.get(0).entry.appendedNanos() + channel.maxAgeNanos + 1;
                long soonest = nowNanos + channel.maxAgeNanos / LOOKS_PER_AGE;
                wheel.schedule(channel, due - soonest > 0 ? due : soonest);
            }
            if (channels.get(channel.name) == channel) {
                retireIfUnused(channel);
            }
        }
    }

    /** The oldest entry that any channel of the shard keeps. */
    @Nullable Kept oldest() {
        return kept.oldest();
    }

    void trimOldest() {
        synchronized (lock) {
            Kept oldest = kept.oldest();
            if (oldest != null) {
                // The shard's oldest is the oldest of its channel.
                trimFirst(oldest.channel);
                retireIfUnused(oldest.channel);
            }
        }
    }

    void follow(String name, BackboneListener listener) {
        synchronized (lock) {
            channel(name).follower = listener;
        }
    }

    void unfollow(String name) {
        synchronized (lock) {
            LocalChannel channel = channels.get(name);
            if (channel != null) {
                channel.follower = null;
                retireIfUnused(channel);
            }
        }
    }

    ReadResult readAfter(String name, @Nullable Position after, int limit) {
        synchronized (lock) {
            LocalChannel channel = channels.get(name);
            if (channel == null) {
                return read(
                        new LocalChannel(name, bounds.apply(name), tails.get(name), this),
                        after,
                        limit);
            }
            trimAged(channel, ticker.nanoTime());
            ReadResult result = read(channel, after, limit);
            retireIfUnused(channel);
            return result;
        }
    }

    /** Caller holds lock. */
    private ReadResult read(LocalChannel channel, @Nullable Position after, int limit) {
        Position top = channel.top(generation);
        long oldest = channel.firstSequence();
        long begin = oldest;
        if (after != null) {
            begin = after.channelSequence() + 1;
            if (!after.origin().equals(LocalBackbone.ORIGIN) || after.generation() != generation) {
                return new Unreadable(Reason.UNKNOWN_GENERATION, top);
            } else if (begin < 1 || begin > top.channelSequence() + 1) {
                // Below 1 it has wrapped: no position lies further beyond the top.
                return new Unreadable(Reason.UNKNOWN_POSITION, top);
            } else if (begin < oldest) {
                return new Unreadable(Reason.TRIMMED, top);
            }
        }
        int there = (int) (top.channelSequence() + 1 - begin);
        int count = Math.min(there, limit);
        List<Entry> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            entries.add(channel.ring.get((int) (begin - oldest) + i).entry);
        }
        return new Slice(entries, count == there, top);
    }

    void expireWindow(long nowNanos) {
        synchronized (lock) {
            window.expire(nowNanos);
        }
    }

    /** Channels with entries or a follower. */
    int activeChannels() {
        synchronized (lock) {
            return channels.size();
        }
    }

    /** Forgets what is kept; what is on its way is still carried. */
    void close() {
        synchronized (lock) {
            window.clear();
            for (LocalChannel channel : List.copyOf(channels.values())) {
                channel.follower = null;
                while (channel.ring.size() > 0) {
                    trimFirst(channel);
                }
                retireIfUnused(channel);
            }
        }
    }
}
