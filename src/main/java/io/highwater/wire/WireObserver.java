package io.highwater.wire;

/** Told about every wire of a node, for metrics. Thread-safe; must return at once. */
public interface WireObserver {
    WireObserver NONE = new WireObserver() {};

    default void onOpened(TransportKind kind) {}

    default void onClosed(TransportKind kind, CloseStatus status, long ageNanos) {}
}
