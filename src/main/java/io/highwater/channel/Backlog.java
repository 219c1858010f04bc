package io.highwater.channel;

import io.highwater.backbone.Entry;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How far a shard's fan-out is behind, in estimated bytes of the entries that wait. Thread-safe.
 */
final class Backlog {
    /** An entry's objects and its place in the mailbox. */
    private static final int FIXED_BYTES = 192;

    private final long maxBytes;
    private final AtomicLong bytes = new AtomicLong();

    Backlog(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    static long bytes(Entry entry) {
        return FIXED_BYTES + entry.data().length;
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
