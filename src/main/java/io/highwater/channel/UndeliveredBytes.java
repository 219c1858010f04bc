package io.highwater.channel;

import io.highwater.backbone.Entry;
import io.highwater.limits.DynamicThreshold;
import io.highwater.limits.HeapBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How far a shard's fan-out is behind, in estimated bytes of waiting entries. All shards of a hub
 * share one limit; a shard that is far behind leaves part of it to the others. Thread-safe.
 */
final class UndeliveredBytes {
    /** Entry 48, its positions 80, its places in the mailbox and the turn 8. */
    private static final int FIXED_BYTES = 136;

    /** At most this fraction of the limit is not yet counted in the shards' sum: an eighth. */
    private static final int UNCOUNTED_PARTS = 8;

    private static final long MOST_STEP_BYTES = 64 << 10;

    /**
     * What the shards share.
     *
     * @param stepBytes a shard adds its bytes to the sum in whole steps, so that a shard that keeps
     *     up never touches memory that other shards write to
     */
    private record All(long maxBytes, long stepBytes, AtomicLong bytes) {}

    private final All all;
    private final AtomicLong bytes = new AtomicLong();

    private UndeliveredBytes(All all) {
        this.all = all;
    }

    /** One for each of so many shards. */
    static List<UndeliveredBytes> share(long maxBytes, int shards) {
        long step = Math.min(MOST_STEP_BYTES, maxBytes / UNCOUNTED_PARTS / shards);
        All all = new All(maxBytes, Math.max(1, step), new AtomicLong());
        List<UndeliveredBytes> undelivered = new ArrayList<>(shards);
        for (int i = 0; i < shards; i++) {
            undelivered.add(new UndeliveredBytes(all));
        }
        return undelivered;
    }

    static long bytes(Entry entry) {
        String key = entry.key();
        return FIXED_BYTES
                + HeapBytes.ofArray(entry.data().length)
                + HeapBytes.of(entry.msgId())
                + (key == null ? 0 : HeapBytes.of(key));
    }

    void add(Entry entry) {
        change(bytes(entry));
    }

    void remove(long delivered) {
        change(-delivered);
    }

    private void change(long delta) {
        long after = bytes.addAndGet(delta);
        long counted = inSteps(after) - inSteps(after - delta);
        if (counted != 0) {
            all.bytes.addAndGet(counted);
        }
    }

    private long inSteps(long exact) {
        return Math.floorDiv(exact, all.stepBytes) * all.stepBytes;
    }

    boolean isFull() {
        long own = bytes.get();
        long ofOthers = all.bytes.get() - inSteps(own);
        return !DynamicThreshold.admits(own, ofOthers + own, all.maxBytes);
    }
}
