package io.highwater.channel;

import io.highwater.limits.Payer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Shares the backlog of the fan-out between the addresses that publish, once half of it is used.
 * From then on, and until less than half is used, the bytes that each address publishes are
 * counted, and an address may publish at most a quarter of what is still free. With 64 addresses
 * that publish as much as they can, a 68th of the other half stays free for an address that
 * publishes little. Each time as much has been delivered as the backlog holds, everybody's count is
 * halved: most of what was counted waits no longer.
 *
 * <p>Thread-safe. It keeps one counter for each address that publishes meanwhile.
 */
final class BacklogPublishers {
    private static final int PARTS_OF_FREE = 4;

    private final long maxBytes;
    private final ConcurrentHashMap<Payer, AtomicLong> published = new ConcurrentHashMap<>();

    /** Bytes delivered since the counts were halved. */
    private final AtomicLong delivered = new AtomicLong();

    /** Whether {@link #published} may have entries. */
    private volatile boolean counting;

    /**
     * @param maxBytes maximum size of the backlog
     */
    BacklogPublishers(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * @param taken size of the backlog now, in bytes
     */
    boolean admits(Payer payer, long messageBytes, long taken) {
        if (!isCrowded(taken)) {
            forget();
            return true;
        }
        AtomicLong own = published.computeIfAbsent(payer, p -> new AtomicLong());
        // After the entry: else another thread could forget the entries just before this one.
        counting = true;
        if (own.get() + messageBytes > (maxBytes - taken) / PARTS_OF_FREE) {
            return false;
        }
        own.addAndGet(messageBytes);
        return true;
    }

    /**
     * Some of the backlog was delivered. No address may be kept here that publishes no more.
     *
     * @param bytes that were delivered
     * @param taken size of the backlog now, in bytes
     */
    void onDelivered(long bytes, long taken) {
        if (!isCrowded(taken)) {
            forget();
        } else if (delivered.addAndGet(bytes) >= maxBytes) {
            delivered.addAndGet(-maxBytes);
            halve();
        }
    }

    private void halve() {
        published.values().forEach(own -> own.updateAndGet(counted -> counted / 2));
        published.values().removeIf(own -> own.get() == 0);
    }

    /** Whether {@link #onDelivered} has anything to do. */
    boolean isCounting() {
        return counting;
    }

    private boolean isCrowded(long taken) {
        return taken > maxBytes / 2;
    }

    private void forget() {
        if (counting) {
            counting = false;
            published.clear();
        }
    }

    /** How many addresses are counted now, for tests. */
    int size() {
        return published.size();
    }
}
