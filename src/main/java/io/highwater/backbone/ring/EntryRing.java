package io.highwater.backbone.ring;

import io.highwater.limits.HeapBytes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The newest entries of a channel, without holes, in an array that grows and shrinks with them.
 * Guarded by the shard's lock.
 */
final class EntryRing {
    private static final int MIN_SLOTS = 4;

    /** The length is a power of two; null while no entries are kept. */
    private @Nullable Kept @Nullable [] slots;

    private int first;
    private int size;

    int size() {
        return size;
    }

    /** Heap that the array takes. */
    long slotBytes() {
        return slots == null ? 0 : HeapBytes.ofReferences(slots.length);
    }

    void addLast(Kept kept) {
        @Nullable Kept[] array = slots;
        if (array == null) {
            array = resized(MIN_SLOTS);
        } else if (size == array.length) {
            array = resized(size * 2);
        }
        array[(first + size) & (array.length - 1)] = kept;
        size++;
    }

    /** The entry {@code index} places after the oldest. */
    Kept get(int index) {
        Objects.checkIndex(index, size);
        @Nullable Kept[] array = Objects.requireNonNull(slots);
        return Objects.requireNonNull(array[(first + index) & (array.length - 1)]);
    }

    Kept removeFirst() {
        Kept kept = get(0);
        @Nullable Kept[] array = Objects.requireNonNull(slots);
        array[first] = null;
        first = (first + 1) & (array.length - 1);
        size--;
        if (size == 0) {
            slots = null;
            first = 0;
        } else if (size <= array.length / 4 && array.length > MIN_SLOTS) {
            resized(array.length / 2);
        }
        return kept;
    }

    private @Nullable Kept[] resized(int length) {
        @Nullable Kept[] array = new Kept[length];
        for (int i = 0; i < size; i++) {
            array[i] = get(i);
        }
        slots = array;
        first = 0;
        return array;
    }
}
