package io.highwater.outbound;

/** Told about all queues of a node, for metrics. Thread-safe; must return at once. */
public interface OutboundObserver {
    OutboundObserver NONE = new OutboundObserver() {};

    /** A session was ended because its queue went above the high-water mark. */
    default void onEvicted(OverflowPolicy policy) {}

    /** The {@link SlowClientGovernor} ended a session, whose queue was below that mark. */
    default void onGoverned() {}

    /** A completion, a listener or an observer threw when it was told. */
    default void onListenerFailed() {}

    /** Messages were refused, or dropped from the queue; the session lives. */
    default void onDropped(OverflowPolicy policy, int messages) {}

    /**
     * How long a message took from its offer, or from the beginning of its turn, until the
     * transport had taken its last byte. Told of a sample of the messages.
     */
    default void onLatencyNanos(long nanos) {}
}
