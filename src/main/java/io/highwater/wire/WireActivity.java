package io.highwater.wire;

/**
 * When a wire was last seen alive. All times are of the node's {@link io.highwater.time.Ticker}, in
 * nanoseconds. Thread-safe; values may be a moment old.
 */
public interface WireActivity {
    /** Time since the upgrade. */
    long ageNanos();

    /** When bytes last came from the peer, or the upgrade. */
    long lastReadNanos();

    /** When the transport took keepalive's last Ping whole; meaningless before the first. */
    long pingWrittenNanos();

    /** True while a Ping of keepalive's waits for the transport. */
    boolean isPingPending();

    /**
     * Whether a Ping of the application's followed keepalive's last one: a peer may answer the
     * later of the two alone (RFC 6455 section 5.5.3).
     */
    boolean isPingFollowed();

    /** True while the transport holds bytes that the peer does not take. */
    boolean isWritePending();

    /** While {@link #isWritePending}: since when no byte was taken (to the last 64 KiB). */
    long writePendingSinceNanos();

    /** True while the listener demands nothing. */
    boolean isDemandWithheld();

    /**
     * True while nothing is read, a Pong neither: the listener demands nothing, or the executor has
     * not taken the session up yet.
     */
    boolean isReadingWithheld();

    /** Whether a message has begun to arrive and has not ended: a Pong waits behind its frame. */
    boolean isMessageArriving();

    /**
     * When reading was last withheld or given back. Never older than what {@link
     * #isReadingWithheld} said before.
     */
    long readingChangedNanos();
}
