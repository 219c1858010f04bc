package io.highwater.backbone.redis;

import io.highwater.limits.DynamicThreshold;
import io.highwater.limits.Payer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many channels of a shard each address has opened in a generation, by a first message: Redis
 * counts the messages of each channel, and has room for a bounded number of counters. An address
 * may open a quarter of them, and fewer as fewer are free ({@link DynamicThreshold}), so that
 * others can open theirs. Confined to its shard's loop.
 */
final class OpenedChannels {
    private static final int PARTS = 4;

    /** Of more addresses, those that have opened the fewest are forgotten. */
    static final int MOST_ADDRESSES = 1_024;

    private final int most;
    private final Map<Payer, Integer> ofAddresses = new HashMap<>();

    /** Those of all nodes, as Redis said last. */
    private long taken;

    /**
     * @param most the channels of a shard in a generation
     */
    OpenedChannels(int most) {
        this.most = most;
    }

    /**
     * Whether a message of this address may open a channel if there is room. Of an address that has
     * none, Redis alone decides.
     */
    boolean mayOpen(@Nullable Payer payer) {
        Integer own = payer == null ? null : ofAddresses.get(payer);
        return own == null || (own < most / PARTS && DynamicThreshold.admits(own, taken, most));
    }

    /** A message of this address was the first of its channel. */
    void onOpened(@Nullable Payer payer) {
        if (payer == null || payer.isProxy()) {
            return;
        }
        ofAddresses.merge(payer, 1, Integer::sum);
        if (ofAddresses.size() > MOST_ADDRESSES) {
            forgetFewest();
        }
    }

    private void forgetFewest() {
        Payer fewest = null;
        int least = Integer.MAX_VALUE;
        for (Map.Entry<Payer, Integer> each : ofAddresses.entrySet()) {
            if (each.getValue() < least) {
                fewest = each.getKey();
                least = each.getValue();
            }
        }
        ofAddresses.remove(fewest);
    }

    /** So many channels are open now, by messages of all nodes. */
    void onTaken(long channels) {
        taken = channels;
    }

    /** A generation begins, without any. */
    void clear() {
        ofAddresses.clear();
        taken = 0;
    }
}
