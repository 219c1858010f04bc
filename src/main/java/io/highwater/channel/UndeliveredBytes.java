package io.highwater.channel;

import io.highwater.backbone.Draft;
import io.highwater.backbone.Entry;
import io.highwater.backbone.PublisherName;
import io.highwater.limits.DynamicThreshold;
import io.highwater.limits.HeapBytes;
import io.highwater.limits.Payer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How far a shard's fan-out is behind, in estimated bytes of waiting entries. All shards of a hub
 * share one limit; a shard that is far behind leaves part of it to the others. Thread-safe.
 */
final class UndeliveredBytes {
    /** Entry 56, its positions 80, its places in the mailbox and the turn 8. */
    private static final int FIXED_BYTES = 144;

    /** At most this fraction of the limit is not yet counted in the shards' sum: an eighth. */
    private static final int UNCOUNTED_PARTS = 8;

    /** From this fraction of the limit on, nothing waits for a read: a quarter. */
    private static final int CROWDED_PARTS = 4;

    private static final long MOST_STEP_BYTES = 64 << 10;

    /**
     * What the shards share.
     *
     * @param stepBytes a shard adds its bytes to the sum in whole steps, so that a shard that keeps
     *     up never touches memory that other shards write to
     */
    private record All(
            long maxBytes, long stepBytes, AtomicLong bytes, BacklogPublishers publishers) {}

    private final All all;
    private final AtomicLong bytes = new AtomicLong();

    private UndeliveredBytes(All all) {
        this.all = all;
    }

    /** One for each of so many shards. */
    static List<UndeliveredBytes> share(long maxBytes, int shards) {
        long step = Math.min(MOST_STEP_BYTES, maxBytes / UNCOUNTED_PARTS / shards);
        All all =
                new All(
                        maxBytes,
                        Math.max(1, step),
                        new AtomicLong(),
                        new BacklogPublishers(maxBytes));
        List<UndeliveredBytes> undelivered = new ArrayList<>(shards);
        for (int i = 0; i < shards; i++) {
            undelivered.add(new UndeliveredBytes(all));
        }
        return undelivered;
    }

    static long bytes(Entry entry) {
        return bytes(entry.data(), entry.msgId(), entry.key(), entry.publisher());
    }

    /** The bytes that the entry of this draft will count as. */
    static long bytes(Draft draft) {
        return bytes(
                draft.data(),
                draft.msgId(),
                draft.key(),
                PublisherName.ifSubject(draft.publisher()));
    }

    private static long bytes(
            byte[] data, String msgId, @Nullable String key, @Nullable String publisher) {
        return FIXED_BYTES
                + HeapBytes.ofArray(data.length)
                + HeapBytes.of(msgId)
                + (key == null ? 0 : HeapBytes.of(key))
                + (publisher == null ? 0 : HeapBytes.of(publisher));
    }

    void add(Entry entry) {
        change(bytes(entry));
    }

    void remove(long delivered) {
        change(-delivered);
        if (all.publishers.isCounting()) {
            all.publishers.onDelivered(delivered, all.bytes.get());
        }
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

    /** Whether as much waits, of all shards together, as may. */
    boolean isFull() {
        return all.bytes.get() >= all.maxBytes;
    }

    /** Whether so much waits, of all shards together, that none of it should wait for a read. */
    boolean isCrowded() {
        return all.bytes.get() >= all.maxBytes / CROWDED_PARTS;
    }

    /**
     * Whether an address may publish. The addresses that filled most of the backlog are refused
     * first.
     *
     * @param payer null for an unknown address; that and a trusted proxy are refused only once the
     *     shard's part of the backlog is full
     */
    boolean admits(@Nullable Payer payer, long messageBytes) {
        long own = bytes.get();
        long taken = all.bytes.get() - inSteps(own) + own;
        return payer == null || payer.isProxy()
                ? DynamicThreshold.admits(own, taken, all.maxBytes)
                : all.publishers.admits(payer, messageBytes, taken);
    }
}
