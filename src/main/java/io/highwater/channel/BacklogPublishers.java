package io.highwater.channel;

import io.highwater.limits.Payer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Shares what the fan-out may be behind between the addresses that publish, once half of it is
 * used. From then on until less than half is used, what each address publishes is counted, and it
 * may publish at most a quarter of what is still free. So 64 addresses that publish as much as they
 * can leave a 68th of the other half free: room for somebody who publishes little.
 *
 * <p>Thread-safe. It keeps a number for each address that publishes meanwhile.
 */
final class BacklogPublishers {
    private static final int PARTS_OF_FREE = 4;

    private final long maxBytes;
    private final ConcurrentHashMap<Payer, AtomicLong> published = new ConcurrentHashMap<>();

    /** Whether there may be something to forget. */
    private volatile boolean counting;

    /**
     * @param maxBytes how far the fan-out may be behind
     */
    BacklogPublishers(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * @param taken how far the fan-out is behind
     */
    boolean admits(Payer payer, long messageBytes, long taken) {
        if (taken <= maxBytes / 2) {
            if (counting) {
                counting = false;
                published.clear();
            }
            return true;
        }
        counting = true;
        AtomicLong own = published.computeIfAbsent(payer, p -> new AtomicLong());
        if (own.get() + messageBytes > (maxBytes - taken) / PARTS_OF_FREE) {
            return false;
        }
        own.addAndGet(messageBytes);
        return true;
    }
}
