package io.highwater.wire.deflate;

/** Told what compression does, for metrics. Thread-safe; must return at once. */
public interface DeflateObserver {
    DeflateObserver NONE = new DeflateObserver() {};

    /** A message left compressed: its bytes before and after. */
    default void onSent(int plainBytes, int wireBytes) {}

    /** A compressed message came: its bytes after and before inflating. */
    default void onReceived(int plainBytes, int wireBytes) {}

    /** Contexts grew by so many bytes of heap, or shrank. */
    default void onContexts(int grownBytes) {}

    /** The budget was crossed, in either direction. */
    default void onStep(BudgetStep to) {}
}
