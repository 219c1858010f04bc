package io.highwater.backbone.ring;

import io.highwater.limits.Book;
import io.highwater.limits.HeapBytes;
import io.highwater.limits.Payer;
import io.highwater.protocol.Position;
import org.jspecify.annotations.Nullable;

/**
 * A piece of the memory of msgIds: an open-addressing hash table that is filled once and then
 * dropped whole, so that no single entry is ever removed. To forget the messages of one address,
 * the segment is copied without them. Guarded by the shard's lock.
 */
final class IdempotencySegment {
    /** Longs per slot: key high and low, generation, shardSequence, channelSequence, nanos. */
    private static final int STRIDE = 6;

    /** The object itself. */
    private static final int OBJECT_BYTES = 48;

    /** Bytes that a msgId takes, with its part of the slots that stay free. */
    static final int MESSAGE_BYTES = (STRIDE * Long.BYTES + Integer.BYTES) * 4 / 3;

    private final long[] table;

    /** The publishing address of each slot; null if unknown. */
    private final @Nullable Payer[] payers;

    private final int slots;
    private final int capacity;

    private int size;
    private long lastNanos;

    /**
     * @param slots at least 2; three quarters of them are used
     */
    IdempotencySegment(int slots) {
        table = new long[slots * STRIDE];
        payers = new Payer[slots];
        this.slots = slots;
        capacity = (int) (slots * 3L / 4);
    }

    static long bytes(int slots) {
        return OBJECT_BYTES
                + HeapBytes.ofArray((long) slots * STRIDE * Long.BYTES)
                + HeapBytes.ofReferences(slots);
    }

    long bytes() {
        return bytes(slots);
    }

    boolean isFull() {
        return size == capacity;
    }

    int size() {
        return size;
    }

    /** When the newest message was added. */
    long lastNanos() {
        return lastNanos;
    }

    /** The slot of the key; negative if the key is absent. */
    int find(MessageKey key) {
        int slot = slot(key.high(), key.low());
        return isFree(slot) ? -1 : slot;
    }

    Position position(int slot, String origin) {
        int at = slot * STRIDE;
        return new Position(origin, table[at + 2], table[at + 3], table[at + 4]);
    }

    long nanos(int slot) {
        return table[slot * STRIDE + 5];
    }

    /**
     * Adds the key, or replaces its former values. Must not be called on a full segment.
     *
     * @param book assigns the message's bytes to the address
     */
    void put(MessageKey key, Position position, @Nullable Payer payer, long nanos, Book book) {
        int slot = slot(key.high(), key.low());
        if (isFree(slot)) {
            size++;
        } else {
            disown(slot, book);
        }
        int at = slot * STRIDE;
        table[at] = key.high();
        table[at + 1] = key.low();
        table[at + 2] = position.generation();
        table[at + 3] = position.shardSequence();
        table[at + 4] = position.channelSequence();
        table[at + 5] = nanos;
        payers[slot] = payer;
        lastNanos = nanos;
        if (payer != null) {
            book.assign(payer, MESSAGE_BYTES);
        }
    }

    private void disown(int slot, Book book) {
        Payer payer = payers[slot];
        if (payer != null) {
            book.assign(payer, -MESSAGE_BYTES);
        }
    }

    /** Takes the bytes off all addresses before the segment is dropped. */
    void disownAll(Book book) {
        for (int slot = 0; slot < slots; slot++) {
            disown(slot, book);
        }
    }

    /** How many messages of this address the segment has. */
    int count(Payer payer) {
        int count = 0;
        for (Payer owner : payers) {
            count += owner == payer ? 1 : 0;
        }
        return count;
    }

    /**
     * A copy without the messages of this address, either as small as possible or with the same
     * number of slots. This segment must not be used any more.
     */
    IdempotencySegment without(Payer payer, boolean sameRoom, Book book) {
        int left = size - count(payer);
        IdempotencySegment rest =
                new IdempotencySegment(sameRoom ? slots : Math.max(2, (left * 4 + 2) / 3));
        for (int slot = 0; slot < slots; slot++) {
            if (payers[slot] == payer) {
                disown(slot, book);
            } else if (!isFree(slot)) {
                rest.copy(this, slot);
            }
        }
        rest.lastNanos = lastNanos;
        return rest;
    }

    private void copy(IdempotencySegment from, int slot) {
        int at = slot * STRIDE;
        int to = slot(from.table[at], from.table[at + 1]);
        System.arraycopy(from.table, at, table, to * STRIDE, STRIDE);
        payers[to] = from.payers[slot];
        size++;
    }

    /** The slot that holds the key, or the free slot where it belongs. */
    private int slot(long high, long low) {
        int slot = (int) (((low & 0xFFFF_FFFFL) * slots) >>> 32);
        while (!isFree(slot) && !holds(slot * STRIDE, high, low)) {
            slot = slot + 1 == slots ? 0 : slot + 1;
        }
        return slot;
    }

    private boolean isFree(int slot) {
        return table[slot * STRIDE] == 0 && table[slot * STRIDE + 1] == 0;
    }

    private boolean holds(int at, long high, long low) {
        return table[at] == high && table[at + 1] == low;
    }
}
