package io.highwater.limits;

import java.util.concurrent.atomic.AtomicInteger;

/** How many connections of one kind an address has open. Thread-safe. */
public final class ConnectionCount {
    private final AtomicInteger own = new AtomicInteger();
    private final AtomicInteger all;

    /**
     * @param all counts the connections of all addresses
     */
    ConnectionCount(AtomicInteger all) {
        this.all = all;
    }

    /** The connections of all addresses. */
    int all() {
        return all.get();
    }

    /** Counts one more, and returns how many the address has now. */
    int opened() {
        all.incrementAndGet();
        return own.incrementAndGet();
    }

    /** Counts one fewer. */
    public void closed() {
        own.decrementAndGet();
        all.decrementAndGet();
    }
}
