package io.highwater.backbone.ring;

import org.jspecify.annotations.Nullable;

/** All entries a shard keeps, oldest first. Guarded by its lock, except {@link #oldest}. */
final class AgeList {
    /** Written under the lock; read without it by threads that look for the shard to trim. */
    private volatile @Nullable Kept oldest;

    private @Nullable Kept newest;

    @Nullable Kept oldest() {
        return oldest;
    }

    void append(Kept kept) {
        Kept last = newest;
        newest = kept;
        if (last == null) {
            oldest = kept;
        } else {
            last.newer = kept;
            kept.older = last;
        }
    }

    void unlink(Kept kept) {
        Kept before = kept.older;
        Kept after = kept.newer;
        if (before == null) {
            oldest = after;
        } else {
            before.newer = after;
        }
        if (after == null) {
            newest = before;
        } else {
            after.older = before;
        }
        kept.older = null;
        kept.newer = null;
    }
}
