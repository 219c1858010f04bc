package io.highwater.backbone.local;

import io.highwater.backbone.Entry;
import org.jspecify.annotations.Nullable;

/** An entry in a ring, and a link of its shard's list by age. Guarded by the shard's lock. */
final class Kept {
    // Measured by eye of the object layouts: Entry 48, Position 40, Kept 32, its slot 8, the
    // headers of the data and of the msgId's two objects 56.
    private static final int FIXED_BYTES = 184;
    private static final int STRING_BYTES = 40;

    final Entry entry;
    final LocalChannel channel;

    @Nullable Kept older;
    @Nullable Kept newer;

    Kept(Entry entry, LocalChannel channel) {
        this.entry = entry;
        this.channel = channel;
    }

    /** What it takes of the heap, estimated; the same whenever it is asked. */
    long bytes() {
        String key = entry.key();
        return FIXED_BYTES
                + entry.data().length
                + entry.msgId().length()
                + (key == null ? 0 : STRING_BYTES + 2L * key.length());
    }
}
