package io.highwater.wire.deflate;

/** Told what compression does, for metrics. Thread-safe; must return at once. */
public interface DeflateObserver {
    DeflateObserver NONE = new DeflateObserver() {};

    /** Messages left compressed: their bytes before and after compression, with frame headers. */
    default void onSent(int plainBytes, int wireBytes) {}

    /** A compressed message came: its bytes after and before inflating, without frame headers. */
    default void onReceived(int plainBytes, int wireBytes) {}

    /** Contexts grew by so many bytes of heap, or shrank. */
    default void onContexts(int grownBytes) {}

    /** Contexts crossed an edge of the budget, in either direction. */
    default void onStep(BudgetStep to) {}
}
