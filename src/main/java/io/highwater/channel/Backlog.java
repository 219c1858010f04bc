package io.highwater.channel;

import io.highwater.backbone.Entry;
import io.highwater.limits.HeapBytes;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How far a shard's fan-out is behind, in estimated bytes of the entries that wait. Thread-safe.
 */
final class Backlog {
    /** Entry 48, its positions 80, its places in the mailbox and the turn 8. */
    private static final int FIXED_BYTES = 136;

    private final long maxBytes;
    private final AtomicLong bytes = new AtomicLong();

    Backlog(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    static long bytes(Entry entry) {
        String key = entry.key();
        return FIXED_BYTES
                + HeapBytes.ofArray(entry.data().length)
                + HeapBytes.of(entry.msgId())
                + (key == null ? 0 : HeapBytes.of(key));
    }

    void add(Entry entry) {
        bytes.addAndGet(bytes(entry));
    }

    void remove(long delivered) {
        bytes.addAndGet(-delivered);
    }

    boolean isFull() {
        return bytes.get() > maxBytes;
    }
}
