package io.highwater.outbound;

/** Told about all queues of a node, for metrics. Thread-safe; must return at once. */
public interface OutboundObserver {
    OutboundObserver NONE = new OutboundObserver() {};

    /** A session was ended because its queue went above the high-water mark. */
    default void onEvicted(OverflowPolicy policy) {}

    /** A session was ended by the {@link SlowClientGovernor}, its queue being below that mark. */
    default void onGoverned() {}

    /** What waited for a message to be sent threw when it was told. */
    default void onListenerFailed() {}

    /** Messages were refused, or dropped from the queue; the session lives. */
    default void onDropped(OverflowPolicy policy, int messages) {}

    /**
     * From offer, or a turn's beginning, to the last byte taken by the transport; a sample of the
     * messages.
     */
    default void onLatencyNanos(long nanos) {}
}
