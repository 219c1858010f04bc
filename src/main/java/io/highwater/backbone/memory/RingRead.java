package io.highwater.backbone.memory;

import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the ring of a channel answers to a read, where an archive has what the ring has no more.
 * Immutable.
 *
 * @param result null if the archive has to be asked
 * @param whole nothing lies beyond what the ring has, in the direction of the read
 * @param top the channel's last position at the time of the read; null if the channel is not in
 *     use, and so has none that is newer than what was known before
 */
public record RingRead(@Nullable ReadResult result, boolean whole, @Nullable Position top) {
    private static final RingRead NOTHING = new RingRead(null, false, null);

    /**
     * Takes the shard's lock, as {@link #before} does.
     *
     * @param isFirst whether an entry is known to be the first that its channel ever had
     */
    public static RingRead after(
            ShardMemory memory,
            String name,
            @Nullable Cursor after,
            int limit,
            Predicate<Entry> isFirst) {
        synchronized (memory.lock()) {
            MemoryChannel channel = memory.channel(name);
            Position top = channel == null ? null : channel.top();
            if (channel == null || top == null) {
                return NOTHING;
            }
            memory.trimAged(channel);
            ReadResult read = channel.readAfter(top, after, limit);
            boolean whole = read instanceof Slice && (after != null || hasAll(channel, isFirst));
            memory.retireIfUnused(channel);
            return new RingRead(whole ? read : null, whole, top);
        }
    }

    /** A ring that has the newest of the entries answers with those. */
    public static RingRead before(
            ShardMemory memory,
            String name,
            @Nullable Cursor before,
            int limit,
            Predicate<Entry> isFirst) {
        synchronized (memory.lock()) {
            MemoryChannel channel = memory.channel(name);
            Position top = channel == null ? null : channel.top();
            if (channel == null || top == null) {
                return NOTHING;
            }
            memory.trimAged(channel);
            ReadResult read = channel.readBefore(top, before, limit);
            boolean whole = hasAll(channel, isFirst);
            memory.retireIfUnused(channel);
            boolean some = read instanceof Slice slice && !slice.entries().isEmpty();
            return new RingRead(some ? read : null, whole, top);
        }
    }

    /** Whether the channel never had anything before its oldest entry in the ring. */
    private static boolean hasAll(MemoryChannel channel, Predicate<Entry> isFirst) {
        Entry oldest = channel.oldest();
        return oldest != null && isFirst.test(oldest);
    }

    public Position topOr(Position known) {
        return top == null ? known : top;
    }
}
