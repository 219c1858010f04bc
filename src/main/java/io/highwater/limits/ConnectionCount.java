package io.highwater.limits;

import java.util.concurrent.atomic.AtomicInteger;

/** How many connections of one kind an address has open. Thread-safe. */
public final class ConnectionCount {
    private final AtomicInteger own = new AtomicInteger();
    private final AtomicInteger all;

    /**
     * @param all counts those of all addresses
     */
    ConnectionCount(AtomicInteger all) {
        this.all = all;
    }

    /** Those of all addresses. */
    int all() {
        return all.get();
    }

    /** Counts one more, and says how many the address has with it. */
    int opened() {
        all.incrementAndGet();
        return own.incrementAndGet();
    }

    /** Counts one less. */
    public void closed() {
        own.decrementAndGet();
        all.decrementAndGet();
    }
}
