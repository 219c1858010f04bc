package io.highwater.wire.deflate;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Spare native coders. A pool gives out first the coder that came back last, since a coder's 300 KB
 * are fast only while they are in the processor's cache. Thread-safe, without locks.
 */
final class Pool<T extends AutoCloseable> {
    private final AtomicReferenceArray<@Nullable T> spare;
    private final Supplier<T> make;
    private volatile boolean closed;

    /**
     * @param most how many spare coders are kept
     */
    Pool(int most, Supplier<T> make) {
        this.spare = new AtomicReferenceArray<>(most);
        this.make = make;
    }

    T acquire() {
        for (int i = 0; i < spare.length(); i++) {
            T found = spare.getPlain(i) == null ? null : spare.getAndSet(i, null);
            if (found != null) {
                return found;
            }
        }
        return make.get();
    }

    void release(T coder) {
        for (int i = 0; i < spare.length() && !closed; i++) {
            if (spare.getPlain(i) == null && spare.compareAndSet(i, null, coder)) {
                if (closed) {
                    close();
                }
                return;
            }
        }
        end(coder);
    }

    /** Ends the coders that are spare now, and each that comes back later. */
    void close() {
        closed = true;
        for (int i = 0; i < spare.length(); i++) {
            T found = spare.getAndSet(i, null);
            if (found != null) {
                end(found);
            }
        }
    }

    private void end(T coder) {
        try {
            coder.close();
        } catch (Exception e) {
            throw new IllegalStateException("a coder can't be ended", e);
        }
    }
}
