package io.highwater.handshake.rule;

import io.github.bucket4j.Bucket;
import io.highwater.handshake.UpgradeRequest;

/**
 * How often an HTTP/2 connection may open further sessions once its address has paid for it. Kept
 * in {@link UpgradeRequest.ConnectionScope}. Thread-safe.
 */
final class StreamRate {
    private final Bucket bucket;

    /** Whether the address has paid; a plain flag that any stream's decision may set. */
    private volatile boolean admitted;

    StreamRate(Bucket bucket) {
        this.bucket = bucket;
    }

    boolean isAdmitted() {
        return admitted;
    }

    void admit() {
        admitted = true;
    }

    /**
     * The next stream pays as a new TCP connection does. So who is refused, and tries again and
     * again, has the rate of its address and not that of the many streams.
     */
    void withdraw() {
        admitted = false;
    }

    /** Nanoseconds to wait; 0 when there was one left. */
    long take() {
        return bucket.tryConsumeAndReturnRemaining(1).getNanosToWaitForRefill();
    }
}
