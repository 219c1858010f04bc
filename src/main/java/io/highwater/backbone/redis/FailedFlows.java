package io.highwater.backbone.redis;

import io.highwater.backbone.redis.Waiting.Flow;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which messages must fail because an earlier one of the same publisher to the same channel failed:
 * those that were handed in before their publisher could learn of that, but come to the loop after
 * it. Confined to its shard's loop.
 */
final class FailedFlows {
    /** As many as may fail at once. */
    static final int MOST = RedisShard.MOST_WAITING;

    private final long ageNanos;

    /** When a message of each flow last failed; the oldest first. */
    private final LinkedHashMap<Flow, Long> lastNanos = new LinkedHashMap<>();

    /** Whether flows were forgotten, and when the last of them failed. */
    private boolean forgot;

    private long forgottenNanos;

    /**
     * @param age a flow is remembered for at most this long
     */
    FailedFlows(Duration age) {
        ageNanos = age.toNanos();
    }

    /**
     * A message failed.
     *
     * @param nowNanos when whoever handed it in had been told
     */
    void add(Flow flow, long nowNanos) {
        lastNanos.remove(flow); // It is the newest now.
        lastNanos.put(flow, nowNanos);
        forget(nowNanos);
    }

    /** Forgets the flows that are too old, and the oldest if there are too many. */
    void forget(long nowNanos) {
        Iterator<Map.Entry<Flow, Long>> all = lastNanos.entrySet().iterator();
        while (all.hasNext()) {
            long nanos = all.next().getValue();
            if (lastNanos.size() <= MOST && nowNanos - nanos <= ageNanos) {
                return;
            }
            all.remove();
            forgot = true;
            forgottenNanos = nanos;
        }
    }

    boolean isEmpty() {
        return lastNanos.isEmpty();
    }

    /**
     * Whether a message must fail: it was handed in before an earlier one failed. If that one may
     * have been forgotten, it fails too.
     */
    boolean holdUp(Waiting message) {
        if (forgot && message.sinceNanos - forgottenNanos <= 0) {
            return true;
        }
        Long failed = lastNanos.isEmpty() ? null : lastNanos.get(message.flow());
        return failed != null && message.sinceNanos - failed <= 0;
    }
}
