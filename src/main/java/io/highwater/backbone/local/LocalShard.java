package io.highwater.backbone.local;

import io.highwater.backbone.Appended;
import io.highwater.backbone.BackboneListener;
import io.highwater.backbone.Draft;
import io.highwater.backbone.Entry;
import io.highwater.backbone.Level;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadResult.Reason;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.ReadResult.Unreadable;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.UnavailableException;
import io.highwater.limits.HeapBytes;
import io.highwater.limits.Payer;
import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import java.time.Duration;
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

    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final Duration RETRY_AFTER_NO_ROOM = Duration.ofSeconds(1);

    private final Function<String, RingBounds> bounds;
    private final long firstGeneration;
    private final long startNanos;
    private final Ticker ticker;
    private final TimerWheel wheel;
    private final RingBudget budget;
    private final NameBudget names;
    private final Object lock = new Object();
    private final Deliveries deliveries;

    /** Those that have entries or a follower. Guarded by lock, like all below. */
    private final Map<String, LocalChannel> channels = new HashMap<>();

    /** Of the channels that have neither. */
    private final Tails tails;

    private final AgeList kept = new AgeList();
    private final Publishers publishers;
    private final IdempotencyWindow window;
    private long lastSequence;

    /** Of channels that are not known: above that of each that was forgotten. */
    private long generation;

    LocalShard(
            Function<String, RingBounds> bounds,
            long generation,
            Ticker ticker,
            TimerWheel wheel,
            RingBudget budget,
            NameBudget names,
            Tails tails,
            IdempotencyWindow window,
            LogLimit logs) {
        this.bounds = bounds;
        this.firstGeneration = generation;
        this.generation = generation;
        this.startNanos = ticker.nanoTime();
        this.ticker = ticker;
        this.wheel = wheel;
        this.budget = budget;
        this.names = names;
        this.tails = tails;
        this.publishers = new Publishers(budget);
        this.window = window;
        this.deliveries = new Deliveries(lock, logs);
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

    /** Caller holds lock. */
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
        keep(channel, entry, draft.payer());
        if (channel.follower != null) {
            deliveries.add(channel.follower, entry);
        }
        retireIfUnused(channel);
        return position;
    }

    /** Caller holds lock. */
    private void keep(LocalChannel channel, Entry entry, @Nullable Payer payer) {
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
        long slotBytes = channel.ring.slotBytes();
        Kept added = new Kept(entry, channel, payer);
        channel.ring.addLast(added);
        kept.append(added);
        publishers.add(added);
        budget.add(payer, added.bytes());
        budget.addSlots(channel.ring.slotBytes() - slotBytes);
    }

    /** Caller holds lock. Null where there is no room for a new one. */
    private @Nullable LocalChannel channel(String name, @Nullable Payer payer) {
        LocalChannel channel = channels.get(name);
        if (channel == null) {
            if (!names.admits(payer, LocalChannel.bytes(name))) {
                return null;
            }
            channel = channel(name, tails.remove(name), payer);
            channels.put(name, channel);
            names.add(payer, LocalChannel.bytes(name));
        }
        return channel;
    }

    /** Caller holds lock. */
    private LocalChannel channel(String name, Tails.@Nullable Tail tail, @Nullable Payer payer) {
        return new LocalChannel(name, bounds.apply(name), generation, tail, payer, this);
    }

    /** Caller holds lock. */
    private void retireIfUnused(LocalChannel channel) {
        if (channel.isUnused()) {
            channels.remove(channel.name);
            wheel.cancel(channel);
            names.add(channel.payer, -LocalChannel.bytes(channel.name));
            if (channel.channelSequence > 0) {
                tails.add(channel, ticker.nanoTime());
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
        long slotBytes = channel.ring.slotBytes();
        Kept gone = channel.ring.removeFirst();
        kept.unlink(gone);
        publishers.remove(gone);
        budget.add(gone.payer, -gone.bytes());
        budget.addSlots(channel.ring.slotBytes() - slotBytes);
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

    /** The oldest entry of an address. */
    @Nullable Kept oldestOf(Payer payer) {
        synchronized (lock) {
            return publishers.oldestOf(payer);
        }
    }

    /** Trims it, and what is older in its channel; false where there is none. */
    boolean trimOldestOf(Payer payer) {
        synchronized (lock) {
            Kept oldest = publishers.oldestOf(payer);
            if (oldest == null) {
                return false;
            }
            LocalChannel channel = oldest.channel;
            while (channel.ring.get(0) != oldest) {
                trimFirst(channel);
            }
            trimFirst(channel);
            retireIfUnused(channel);
            return true;
        }
    }

    /** False where there is no room for a new name. */
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

    /** Caller holds lock. */
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

    ReadResult readAfter(String name, @Nullable Cursor after, int limit) {
        synchronized (lock) {
            LocalChannel channel = channels.get(name);
            if (channel == null) {
                return read(channel(name, tails.get(name), null), after, limit);
            }
            trimAged(channel, ticker.nanoTime());
            ReadResult result = read(channel, after, limit);
            retireIfUnused(channel);
            return result;
        }
    }

    /** Caller holds lock. */
    private ReadResult read(LocalChannel channel, @Nullable Cursor after, int limit) {
        Position top = channel.top();
        long oldest = channel.firstSequence();
        long begin = oldest;
        if (after != null) {
            Position own = after.at(LocalBackbone.ORIGIN);
            if (own == null || after.positions().size() > 1 || own.generation() != top.generation()) {
                // Whatever other origins have, it is not here.
                return new Unreadable(Reason.UNKNOWN_GENERATION, top);
            }
            begin = own.channelSequence() + 1;
            if (begin < 1 || begin > top.channelSequence() + 1) {
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

    /** Forgets the oldest msgIds of an address; false where there are none. */
    boolean forgetMsgIds(Payer payer) {
        synchronized (lock) {
            return window.forgetOldest(payer);
        }
    }

    /** Of all, or with a payer of that one's. */
    Tails.@Nullable Tail oldestTail(@Nullable Payer payer) {
        synchronized (lock) {
            return payer == null ? tails.oldest() : tails.oldestOf(payer);
        }
    }

    /**
     * A name is forgotten: should it come back, it begins a new generation. Generations stay behind
     * the clock, as the node's next start takes its own from there: a thousand names a second that
     * are forgotten as soon as they are used are too many.
     *
     * @return false where nothing may be forgotten now
     */
    boolean forgetOldestTail(@Nullable Payer payer) {
        synchronized (lock) {
            Tails.Tail tail = oldestTail(payer);
            if (tail == null) {
                return false;
            }
            if (tail.generation >= generation) {
                long millis = (ticker.nanoTime() - startNanos) / NANOS_PER_MILLI;
                if (tail.generation >= firstGeneration + millis) {
                    return false;
                }
                generation = tail.generation + 1;
            }
            tails.remove(tail);
            return true;
        }
    }

    /** Names of channels that have neither entries nor a follower. */
    int unusedNames() {
        synchronized (lock) {
            return tails.size();
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
                nameTwice(channel, false);
                while (channel.ring.size() > 0) {
                    trimFirst(channel);
                }
                retireIfUnused(channel);
            }
            for (Tails.Tail tail = tails.oldest(); tail != null; tail = tails.oldest()) {
                tails.remove(tail);
            }
        }
    }
}
