package io.highwater.wire;

/**
 * Told about every wire of a node, for metrics. Thread-safe; must return at once, what comes with
 * each message above all.
 */
public interface WireObserver {
    WireObserver NONE = new WireObserver() {};

    default void onOpened(TransportKind kind) {}

    default void onClosed(TransportKind kind, CloseStatus status, long ageNanos) {}

    /**
     * The listener is about to have a message, or a fragment of one.
     *
     * @param messages that end with it: 0 or 1
     * @param payloadBytes of it, as the listener has them: inflated where it came compressed
     */
    default void onReceived(int messages, int payloadBytes) {}

    /**
     * The wire has taken messages to write, or a fragment of one.
     *
     * @param messages that end with it
     * @param payloadBytes of it, before an extension compresses them
     */
    default void onSent(int messages, int payloadBytes) {}
}
