package io.highwater.channel;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions of a channel, at most one per subscriber, in an array that the fan-out walks.
 * Unordered. Confined to the shard's thread.
 */
final class Seats<F> {
    /** Up to this size the array is searched; a larger one has an index. */
    private static final int SEARCHED = 16;

    private static final int MIN_LENGTH = 2;

    /** An index with this many times the room it needs is rebuilt, since a map never shrinks. */
    private static final int WASTED = 8;

    private @Nullable Seat<F>[] array = array(MIN_LENGTH);
    private int size;

    private @Nullable Map<Subscriber<F>, Seat<F>> index;

    /** The largest size the index has had. */
    private int indexed;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    Seat<F> get(int at) {
        return Objects.requireNonNull(array[at]);
    }

    @Nullable Seat<F> find(Subscriber<F> subscriber) {
        if (index != null) {
            return index.get(subscriber);
        }
        for (int i = 0; i < size; i++) {
            if (get(i).subscriber == subscriber) {
                return get(i);
            }
        }
        return null;
    }

    /** The subscriber must have no seat here yet. If memory runs out, nothing has changed. */
    void add(Seat<F> subscription) {
        if (size == array.length) {
            array = Arrays.copyOf(array, size * 2);
        }
        if (index == null && size == SEARCHED) {
            index = index();
        }
        if (index != null) {
            index.put(subscription.subscriber, subscription);
            indexed = Math.max(indexed, size + 1);
        }
        subscription.index = size;
        array[size] = subscription;
        size++;
    }

    private Map<Subscriber<F>, Seat<F>> index() {
        Map<Subscriber<F>, Seat<F>> made = new IdentityHashMap<>(size * 2);
        for (int i = 0; i < size; i++) {
            made.put(get(i).subscriber, get(i));
        }
        indexed = size;
        return made;
    }

    void remove(Seat<F> subscription) {
        size--;
        Seat<F> last = get(size);
        array[subscription.index] = last;
        last.index = subscription.index;
        array[size] = null;
        if (index != null) {
            index.remove(subscription.subscriber);
        }
        try {
            shrink();
        } catch (OutOfMemoryError e) {
            // The array keeps its size until the next removal.
        }
    }

    private void shrink() {
        if (index != null) {
            if (size <= SEARCHED / 2) {
                index = null;
            } else if (size < indexed / WASTED) {
                index = index();
            }
        }
        if (array.length > MIN_LENGTH && size <= array.length / 4) {
            array = Arrays.copyOf(array, array.length / 2);
        }
    }

    @SuppressWarnings("unchecked") // Nothing else is ever stored.
    private static <F> @Nullable Seat<F>[] array(int length) {
        return (@Nullable Seat<F>[]) new Seat<?>[length];
    }
}
