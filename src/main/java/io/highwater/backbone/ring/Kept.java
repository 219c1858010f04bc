package io.highwater.backbone.ring;

import io.highwater.backbone.Entry;
import io.highwater.limits.HeapBytes;
import io.highwater.limits.Payer;
import org.jspecify.annotations.Nullable;

/** An entry in a ring, linked into its shard's lists by age. Guarded by the shard's lock. */
final class Kept {
    /** Entry 56, Position 40, Kept 40. */
    private static final int FIXED_BYTES = 136;

    final Entry entry;
    final ChannelRing channel;

    /** The address that published it; null if unknown. */
    final @Nullable Payer payer;

    @Nullable Kept older;
    @Nullable Kept newer;

    /** Links between the entries of one address. */
    @Nullable Kept olderOwn;

    @Nullable Kept newerOwn;

    Kept(Entry entry, ChannelRing channel, @Nullable Payer payer) {
        this.entry = entry;
        this.channel = channel;
        this.payer = payer;
    }

    /** Heap it takes without its slot; always the same value. */
    long bytes() {
        String key = entry.key();
        String publisher = entry.publisher();
        return FIXED_BYTES
                + HeapBytes.ofArray(entry.data().length)
                + HeapBytes.of(entry.msgId())
                + (publisher == null ? 0 : HeapBytes.of(publisher))
                + (key == null ? 0 : HeapBytes.of(key));
    }
}
