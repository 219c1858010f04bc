package io.highwater.backbone.ring;

import io.highwater.backbone.Entry;
import io.highwater.limits.Payer;
import io.highwater.time.TimerWheel;
import org.jspecify.annotations.Nullable;

/**
 * The newest entries of a shard's channels: keeps them within the bounds of each channel and within
 * the limit of all shards of the node. The shard's lock belongs to the owner of this ring, and is
 * taken before the wheel's. Unless a method says that the caller holds the lock, the method takes
 * it.
 */
public final class ShardRing {
    /** While a ring has entries, their age is checked at most this often within the maximum age. */
    private static final int LOOKS_PER_AGE = 16;

    private final Object lock;
    private final TimerWheel wheel;
    private final RingBudget budget;
    private final AgeList kept = new AgeList();
    private final Publishers publishers;

    /**
     * @param lock the shard's
     * @param budget shared by all shards
     */
    public ShardRing(Object lock, TimerWheel wheel, RingBudget budget) {
        this.lock = lock;
        this.wheel = wheel;
        this.budget = budget;
        this.publishers = new Publishers(budget);
    }

    /**
     * Keeps an entry that is newer than all others, if its channel keeps any. Caller holds the
     * lock.
     *
     * @param payer the address that published it; null if unknown
     */
    public void keep(ChannelRing channel, Entry entry, @Nullable Payer payer) {
        long now = entry.appendedNanos();
        trimAged(channel, now);
        if (channel.maxMessages == 0) {
            return;
        }
        if (channel.entries.size() == channel.maxMessages) {
            trimFirst(channel);
        }
        if (channel.entries.size() == 0) {
            wheel.schedule(channel, now + channel.maxAgeNanos + 1);
        }
        long slotBytes = channel.entries.slotBytes();
        Kept added = new Kept(entry, channel, payer);
        channel.entries.addLast(added);
        kept.append(added);
        publishers.add(added);
        budget.add(payer, added.bytes());
        budget.addSlots(channel.entries.slotBytes() - slotBytes);
    }

    /** Trims entries that are too old. Caller holds the lock. */
    public void trimAged(ChannelRing channel, long nowNanos) {
        while (channel.entries.size() > 0
                && nowNanos - channel.entries.get(0).entry.appendedNanos() > channel.maxAgeNanos) {
            trimFirst(channel);
        }
    }

    /** Drops all entries of a channel that is gone. Caller holds the lock. */
    public void clear(ChannelRing channel) {
        while (channel.entries.size() > 0) {
            trimFirst(channel);
        }
        wheel.cancel(channel);
    }

    private void trimFirst(ChannelRing channel) {
        long slotBytes = channel.entries.slotBytes();
        Kept gone = channel.entries.removeFirst();
        kept.unlink(gone);
        publishers.remove(gone);
        budget.add(gone.payer, -gone.bytes());
        budget.addSlots(channel.entries.slotBytes() - slotBytes);
    }

    /** Trims entries past the channel's maximum age, and sets the timer for the next. */
    public void expire(ChannelRing channel, long nowNanos) {
        synchronized (lock) {
            trimAged(channel, nowNanos);
            if (channel.entries.size() > 0) {
                // Plus 1, since an entry of exactly the maximum age is still kept.
                long oldestNanos = channel.entries.get(0).entry.appendedNanos();
                long due = oldestNanos + channel.maxAgeNanos + 1;
                long soonest = nowNanos + channel.maxAgeNanos / LOOKS_PER_AGE;
                wheel.schedule(channel, due - soonest > 0 ? due : soonest);
            }
            channel.onTrimmed();
        }
    }

    /** The oldest entry that any channel of the shard keeps. Takes no lock. */
    @Nullable Kept oldest() {
        return kept.oldest();
    }

    void trimOldest() {
        synchronized (lock) {
            Kept oldest = kept.oldest();
            if (oldest != null) {
                // The shard's oldest is the oldest of its channel.
                trimFirst(oldest.channel);
                oldest.channel.onTrimmed();
            }
        }
    }

    /** The oldest entry that an address published. */
    @Nullable Kept oldestOf(Payer payer) {
        synchronized (lock) {
            return publishers.oldestOf(payer);
        }
    }

    /** Trims that entry and all older ones of its channel; false if there is none. */
    boolean trimOldestOf(Payer payer) {
        synchronized (lock) {
            Kept oldest = publishers.oldestOf(payer);
            if (oldest == null) {
                return false;
            }
            ChannelRing channel = oldest.channel;
            while (channel.entries.get(0) != oldest) {
                trimFirst(channel);
            }
            trimFirst(channel);
            channel.onTrimmed();
            return true;
        }
    }
}
