package io.highwater.backbone.redis;

import io.highwater.backbone.redis.StreamItem.Marker;
import io.highwater.backbone.redis.StreamItem.Stored;
import io.highwater.backbone.redis.StreamItem.Unreadable;
import io.highwater.backbone.ring.PendingBytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What this node has read of a shard and may not be archived yet: the shard's writer takes it from
 * here, and every node saves it when a generation ends. Confined to the shard's loop.
 *
 * <p>If the tails of all shards get too large, one forgets all it has. The writer then reads the
 * stream instead.
 */
final class ArchiveTail {
    /** A Stored, its place in the queue, the headers of its texts. */
    private static final int FIXED_BYTES = 200;

    private final PendingBytes pending;
    private final ArrayDeque<StreamItem> items = new ArrayDeque<>();

    /** Everything that was read after this id is among the items. */
    private StreamId from = StreamId.NONE;

    private StreamId last = StreamId.NONE;

    /**
     * @param pending the bytes of all tails
     */
    ArchiveTail(PendingBytes pending) {
        this.pending = pending;
    }

    /** Reading begins after this id. */
    void begin(StreamId first) {
        forget();
        from = first;
        last = first;
    }

    /** What lies before the last id was added in another way. */
    void add(Stored entry) {
        addItem(entry);
    }

    /**
     * A generation begins.
     *
     * @param kept the last entry of the former one that Redis has; null if that is unknown
     */
    void generation(StreamId base, @Nullable StreamId kept) {
        addItem(new Marker(base, kept == null ? last : kept));
    }

    /** What lies between the last id and this one did not come, and never will. */
    void gap(StreamId to) {
        addItem(new Unreadable(to, "it did not come"));
    }

    private void addItem(StreamItem item) {
        if (!item.id().isAfter(last)) {
            return;
        }
        last = item.id();
        if (pending.tryAdd(null, bytes(item))) {
            items.add(item);
        } else {
            forget();
        }
    }

    private void forget() {
        items.forEach(item -> pending.remove(null, bytes(item)));
        items.clear();
        from = last;
    }

    private static long bytes(StreamItem item) {
        return FIXED_BYTES + item.bytes();
    }

    /** Everything up to here is archived. */
    void archived(StreamId id) {
        for (StreamItem first = items.peek();
                first != null && !first.id().isAfter(id);
                first = items.peek()) {
            pending.remove(null, bytes(first));
            items.remove();
        }
        if (id.isAfter(from)) {
            from = id;
        }
    }

    /** Everything that was read after this id is here. */
    StreamId from() {
        return from;
    }

    /** The last id that was read, or the beginning of the next generation. */
    StreamId last() {
        return last;
    }

    /**
     * Some items after an id, in their order.
     *
     * @return null if there may be others, which only the stream has
     */
    @Nullable List<StreamItem> after(StreamId id, int most) {
        if (from.isAfter(id)) {
            return null;
        }
        List<StreamItem> found = new ArrayList<>();
        for (StreamItem item : items) {
            if (found.size() == most) {
                break;
            } else if (item.id().isAfter(id)) {
                found.add(item);
            }
        }
        return found;
    }

    /** All entries that are here. */
    List<Stored> entries() {
        List<Stored> entries = new ArrayList<>(items.size());
        for (StreamItem item : items) {
            if (item instanceof Stored entry) {
                entries.add(entry);
            }
        }
        return entries;
    }
}
