package io.highwater.handshake.rule;

import io.github.bucket4j.Bucket;
import io.highwater.handshake.UpgradeRequest;

/**
 * Limits how often an HTTP/2 connection may open further sessions after its first one was counted
 * against its address. Kept in {@link UpgradeRequest.ConnectionScope}. Thread-safe.
 */
final class StreamRate {
    private final Bucket bucket;

    /** Whether the first session was counted; a plain flag that any stream's decision may set. */
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
     * Makes the next stream count against the address, like a new TCP connection. So a client that
     * is refused and tries again gets the rate of its address and not the higher one of streams.
     */
    void withdraw() {
        admitted = false;
    }

    /** Nanoseconds to wait; 0 if the stream is admitted now. */
    long take() {
        return bucket.tryConsumeAndReturnRemaining(1).getNanosToWaitForRefill();
    }
}
