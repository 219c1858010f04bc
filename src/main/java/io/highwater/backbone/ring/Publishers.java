package io.highwater.backbone.ring;

import io.highwater.limits.HeapBytes;
import io.highwater.limits.Payer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a shard by the address that published them, oldest first, so that an address
 * beyond its share loses its own entries. Guarded by the shard's lock.
 */
final class Publishers {
    /** The entries of one address; at least one. */
    private static final class Own {
        private static final int BYTES = 24 + HeapBytes.MAP_ENTRY;

        private @Nullable Kept oldest;
        private @Nullable Kept newest;
    }

    private final RingBudget budget;
    private final Map<Payer, Own> byPayer = new HashMap<>();

    Publishers(RingBudget budget) {
        this.budget = budget;
    }

    @Nullable Kept oldestOf(Payer payer) {
        Own own = byPayer.get(payer);
        return own == null ? null : own.oldest;
    }

    /** Adds an entry that is newer than all others; ignores one of an unknown publisher. */
    void add(Kept kept) {
        Payer payer = kept.payer;
        if (payer == null) {
            return;
        }
        Own own = byPayer.get(payer);
        if (own == null) {
            own = new Own();
            byPayer.put(payer, own);
            budget.add(payer, Own.BYTES);
        }
        Kept last = own.newest;
        own.newest = kept;
        if (last == null) {
            own.oldest = kept;
        } else {
            last.newerOwn = kept;
            kept.olderOwn = last;
        }
    }

    void remove(Kept kept) {
        Payer payer = kept.payer;
        Own own = payer == null ? null : byPayer.get(payer);
        if (own == null) {
            return;
        }
        Kept before = kept.olderOwn;
        Kept after = kept.newerOwn;
        if (before == null) {
            own.oldest = after;
        } else {
            before.newerOwn = after;
        }
        if (after == null) {
            own.newest = before;
        } else {
            after.olderOwn = before;
        }
        kept.olderOwn = null;
        kept.newerOwn = null;
        if (own.oldest == null) {
            byPayer.remove(payer);
            budget.add(payer, -Own.BYTES);
        }
    }
}
