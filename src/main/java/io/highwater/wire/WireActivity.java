package io.highwater.wire;

/**
 * When a wire was last seen alive. All times are of the node's {@link io.highwater.time.Ticker}, in
 * nanoseconds. Thread-safe; values may be a moment old.
 */
public interface WireActivity {
    /** Time since the upgrade. */
    long ageNanos();

    /** When bytes last came from the peer; before the first, the time of the upgrade. */
    long lastReadNanos();

    /**
     * When the transport took the last byte of keepalive's last Ping; meaningless before the first.
     */
    long pingWrittenNanos();

    /** True while a Ping of keepalive waits for the transport. */
    boolean isPingPending();

    /**
     * Whether a Ping of the application followed keepalive's last one: a peer may answer only the
     * later of the two (RFC 6455 section 5.5.3).
     */
    boolean isPingFollowed();

    /** True while the transport holds bytes that the peer does not take. */
    boolean isWritePending();

    /** While {@link #isWritePending}: since when no byte was taken (in steps of 64 KiB). */
    long writePendingSinceNanos();

    /** True while the listener demands nothing. */
    boolean isDemandWithheld();

    /**
     * True while nothing is read, not even a Pong: the listener demands nothing, the executor has
     * not taken the session up yet, or the session waits for room for its message.
     */
    boolean isReadingWithheld();

    /** Whether a message has begun to arrive and has not ended: a Pong waits behind its frame. */
    boolean isMessageArriving();

    /**
     * When reading was last withheld or given back. Never older than the last answer of {@link
     * #isReadingWithheld}.
     */
    long readingChangedNanos();
}
