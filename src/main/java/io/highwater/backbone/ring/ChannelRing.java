package io.highwater.backbone.ring;

import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadResult.Reason;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.ReadResult.Unreadable;
import io.highwater.backbone.RingBounds;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import io.highwater.time.Timer;
import java.util.ArrayList;
import java.util.List;
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
    public final ReadResult read(Position top, @Nullable Cursor after, int limit) {
        long oldest = top.channelSequence() - entries.size() + 1;
        long begin = oldest;
        if (after != null) {
            Position own = after.at(top.origin());
            if (own == null
                    || own.generation() != top.generation()
                    || after.positions().size() > 1) {
                // This log has nothing of other origins.
                return new Unreadable(Reason.UNKNOWN_GENERATION, top);
            }
            begin = own.channelSequence() + 1;
            if (begin < 1 || begin > top.channelSequence() + 1) {
                // Below 1 the sequence has overflowed, so it lies beyond the top too.
                return new Unreadable(Reason.UNKNOWN_POSITION, top);
            } else if (begin < oldest) {
                return new Unreadable(Reason.TRIMMED, top);
            }
        }
        int there = (int) (top.channelSequence() + 1 - begin);
        int count = Math.min(there, limit);
        List<Entry> read = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            read.add(entries.get((int) (begin - oldest) + i).entry);
        }
        return new Slice(read, count == there, top);
    }
}
