package io.highwater.archive.file;

import org.jspecify.annotations.Nullable;

/** The store that is open at present, if one is. Thread-safe. */
final class CurrentStore {
    private volatile @Nullable Store store;

    void set(Store opened) {
        store = opened;
    }

    /** The store, of which the caller now holds a use; null if none is open. */
    @Nullable Store acquire() {
        Store present = store;
        return present != null && present.acquire() ? present : null;
    }

    /** The store is no longer to be found here; the caller closes it. */
    @Nullable Store remove() {
        Store present = store;
        store = null;
        return present;
    }
}
