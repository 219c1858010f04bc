package io.highwater.backbone.archived;

import io.highwater.backbone.Entry;
import io.highwater.backbone.ReadResult;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.memory.MemoryChannel;
import io.highwater.backbone.memory.ShardMemory;
import io.highwater.protocol.Cursor;
import io.highwater.protocol.Position;
import org.jspecify.annotations.Nullable;

/**
 * What the ring of a channel answers to a read. Immutable.
 *
 * @param result null if the archive has to be asked
 * @param top the channel's last position at the time of the read; null if the channel is not in
 *     use, and so has none that is newer than what was known before
 */
record RingRead(@Nullable ReadResult result, @Nullable Position top) {
    private static final RingRead NOTHING = new RingRead(null, null);

    static RingRead after(ArchivedShard shard, String name, @Nullable Cursor after, int limit) {
        ShardMemory memory = shard.memory();
        synchronized (memory.lock()) {
            MemoryChannel channel = memory.channel(name);
            Position top = channel == null ? null : channel.top();
            if (channel == null || top == null) {
                return NOTHING;
            }
            memory.trimAged(channel);
            ReadResult read = channel.readAfter(top, after, limit);
            boolean whole = read instanceof Slice && (after != null || hasAll(channel.oldest()));
            memory.retireIfUnused(channel);
            return new RingRead(whole ? read : null, top);
        }
    }

    /** A ring that has the newest of the entries answers with those. */
    static RingRead before(ArchivedShard shard, String name, @Nullable Cursor before, int limit) {
        ShardMemory memory = shard.memory();
        synchronized (memory.lock()) {
            MemoryChannel channel = memory.channel(name);
            Position top = channel == null ? null : channel.top();
            if (channel == null || top == null) {
                return NOTHING;
            }
            memory.trimAged(channel);
            ReadResult read = channel.readBefore(top, before, limit);
            Entry oldest = channel.oldest();
            memory.retireIfUnused(channel);
            if (!(read instanceof Slice slice) || slice.entries().isEmpty()) {
                return new RingRead(null, top);
            }
            long left = slice.left() == 0 && !hasAll(oldest) ? 1 : slice.left();
            return new RingRead(new Slice(slice.entries(), left, top), top);
        }
    }

    /** Whether the channel never had anything before its oldest entry in the ring. */
    private static boolean hasAll(@Nullable Entry oldest) {
        return oldest != null
                && oldest.position().channelSequence() == 1
                && oldest.previous() == null;
    }

    Position topOr(Position known) {
        return top == null ? known : top;
    }
}
