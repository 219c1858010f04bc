package io.highwater.backbone.ring;

import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadResult.Reason;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.ReadResult.Unreadable;
import io.highwater.backbone.ReadRules;
import io.highwater.backbone.RingBounds;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.time.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The newest entries of one channel, and the timer for the age of the oldest. A backbone extends
 * this class with what else it keeps for a channel. Guarded by the shard's lock, except the timer.
 */
public abstract class ChannelRing extends Timer {
    final EntryRing entries = new EntryRing();
    final int maxMessages;
    final long maxAgeNanos;

    protected ChannelRing(RingBounds bounds) {
        maxMessages = bounds.messages();
        maxAgeNanos = bounds.age().toNanos();
    }

    /** Entries were trimmed, to make room or by age. Called under the shard's lock. */
    protected abstract void onTrimmed();

    /** How many entries are kept. Caller holds the shard's lock. */
    public final int size() {
        return entries.size();
    }

    /**
     * Reads the entries after a cursor, as {@link io.highwater.backbone.Backbone#readAfter}
     * specifies. Caller holds the shard's lock.
     *
     * @param top the channel's last position; if entries are kept, that of the newest
     */
    public final ReadResult readAfter(Position top, @Nullable Cursor after, int limit) {
        int begin = 0;
        if (after != null) {
            Position own = ReadRules.own(top, after);
            if (own == null) {
                return new Unreadable(Reason.UNKNOWN_GENERATION, top);
            }
            begin = indexAfter(own);
            Entry next = begin == entries.size() ? null : entries.get(begin).entry;
            Reason refusal = ReadRules.refusal(top, own, next);
            if (refusal != null) {
                return new Unreadable(refusal, top);
            }
        }
        int there = entries.size() - begin;
        int count = Math.min(there, limit);
        List<Entry> read = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            read.add(entries.get(begin + i).entry);
        }
        return new Slice(read, there - count, top);
    }

    /**
     * Reads the entries before a cursor, as {@link io.highwater.backbone.Backbone#readBefore}
     * specifies. Caller holds the shard's lock.
     *
     * @param top the channel's last position
     */
    public final ReadResult readBefore(Position top, @Nullable Cursor before, int limit) {
        int end = entries.size();
        if (before != null) {
            Position own = ReadRules.own(top, before);
            if (own == null) {
                return new Unreadable(Reason.UNKNOWN_GENERATION, top);
            }
            end = indexAfter(own);
            if (end > 0 && !own.isAfter(entries.get(end - 1).entry.position())) {
                end--;
            }
        }
        int count = Math.min(end, limit);
        List<Entry> read = new ArrayList<>(count);
        for (int i = 1; i <= count; i++) {
            read.add(entries.get(end - i).entry);
        }
        return new Slice(read, end - count, top);
    }

    /** The oldest entry kept; null if there is none. Caller holds the shard's lock. */
    public final @Nullable Entry oldest() {
        return entries.size() == 0 ? null : entries.get(0).entry;
    }

    /**
     * The position of the last entry kept that was appended before a time of the node's Ticker;
     * null if there is none. Caller holds the shard's lock.
     */
    public final @Nullable Position at(long nanos) {
        int index = first(entry -> entry.appendedNanos() - nanos >= 0);
        return index == 0 ? null : entries.get(index - 1).entry.position();
    }

    /** The index of the first entry after the position. */
    private int indexAfter(Position position) {
        return first(entry -> entry.position().isAfter(position));
    }

    /** The index of the first entry of which this is true; it is true of all after that. */
    private int first(Predicate<Entry> isTrue) {
        int low = 0;
        int high = entries.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (isTrue.test(entries.get(middle).entry)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
