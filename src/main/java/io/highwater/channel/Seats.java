package io.highwater.channel;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions of a channel, one a subscriber at most, in an array that the fan-out walks. In
 * no order. Confined to the shard's thread.
 */
final class Seats<F> {
    /** Up to here the array is searched; beyond, there is an index. */
    private static final int SEARCHED = 16;

    private static final int MIN_LENGTH = 2;

    /** An index that has so many times the room it needs is made anew: it never shrinks itself. */
    private static final int WASTED = 8;

    private @Nullable Seat<F>[] array = array(MIN_LENGTH);
    private int size;

    private @Nullable Map<Subscriber<F>, Seat<F>> index;

    /** The most that the index has had. */
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

    /** Its subscriber has none here yet. Where there is no memory for it, nothing has changed. */
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
            // It stays as large as it is until the next one goes.
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
