package io.highwater.backbone.local;

/**
 * A piece of the memory of msgIds: an open hash table that is filled once and then dropped whole,
 * so that nothing is ever removed from it. Guarded by the shard's lock.
 */
final class IdempotencySegment {
    /** Of a slot: key high and low, shardSequence, channelSequence, nanos. */
    private static final int STRIDE = 5;

    private final long[] table;
    private final int mask;
    private final int capacity;

    private int size;
    private long lastNanos;

    /**
     * @param slots a power of two, of which three quarters are used
     */
    IdempotencySegment(int slots) {
        table = new long[slots * STRIDE];
        mask = slots - 1;
        capacity = slots / 4 * 3;
    }

    static long bytes(int slots) {
        return (long) slots * STRIDE * Long.BYTES;
    }

    long bytes() {
        return bytes(mask + 1);
    }

    boolean isFull() {
        return size == capacity;
    }

    int size() {
        return size;
    }

    /** When the newest was added. */
    long lastNanos() {
        return lastNanos;
    }

    /** Where the key is in the table; negative where it is not. */
    int find(MessageKey key) {
        int at = slot(key);
        return isFree(at) ? -1 : at;
    }

    long shardSequence(int at) {
        return table[at + 2];
    }

    long channelSequence(int at) {
        return table[at + 3];
    }

    long nanos(int at) {
        return table[at + 4];
    }

    /** Adds, or replaces what was known of the key; not to be called when it is full. */
    void put(MessageKey key, long shardSequence, long channelSequence, long nanos) {
        int at = slot(key);
        if (isFree(at)) {
            size++;
        }
        table[at] = key.high();
        table[at + 1] = key.low();
        table[at + 2] = shardSequence;
        table[at + 3] = channelSequence;
        table[at + 4] = nanos;
        lastNanos = nanos;
    }

    /** The place of the key, or the free one where it belongs. */
    private int slot(MessageKey key) {
        int slot = (int) key.low() & mask;
        while (!isFree(slot * STRIDE) && !holds(slot * STRIDE, key)) {
            slot = (slot + 1) & mask;
        }
        return slot * STRIDE;
    }

    private boolean isFree(int at) {
        return table[at] == 0 && table[at + 1] == 0;
    }

    private boolean holds(int at, MessageKey key) {
        return table[at] == key.high() && table[at + 1] == key.low();
    }
}
