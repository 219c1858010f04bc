package io.highwater.limits;

import java.util.concurrent.atomic.AtomicInteger;

/** The open connections of one kind that an address has, among those of all. Thread-safe. */
public final class ConnectionCount {
    private final AtomicInteger own = new AtomicInteger();
    private final AtomicInteger all;

    /**
     * @param all of all addresses
     */
    ConnectionCount(AtomicInteger all) {
        this.all = all;
    }

    public int own() {
        return own.get();
    }

    /** One more; says how many the address has with it. */
    int opened() {
        all.incrementAndGet();
        return own.incrementAndGet();
    }

    /** One is no more. */
    public void closed() {
        own.decrementAndGet();
        all.decrementAndGet();
    }
}
