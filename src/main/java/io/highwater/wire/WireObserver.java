package io.highwater.wire;

/**
 * Told about every wire of a node, for metrics. Thread-safe; must return at once, above all the
 * methods that are called for each message.
 */
public interface WireObserver {
    WireObserver NONE = new WireObserver() {};

    default void onOpened(TransportKind kind) {}

    default void onClosed(TransportKind kind, CloseStatus status, long ageNanos) {}

    /**
     * The listener is about to get a message, or a fragment of one.
     *
     * @param messages how many messages end with it: 0 or 1
     * @param payloadBytes its size as the listener gets it: inflated if it came compressed
     */
    default void onReceived(int messages, int payloadBytes) {}

    /**
     * The wire has taken messages to write, or a fragment of one.
     *
     * @param messages how many messages end with it
     * @param payloadBytes its size before an extension compresses it
     */
    default void onSent(int messages, int payloadBytes) {}
}
