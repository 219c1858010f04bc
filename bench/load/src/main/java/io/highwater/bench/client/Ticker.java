package io.highwater.bench.client;

/** Monotonic time. Thread-safe. */
@FunctionalInterface
public interface Ticker {
    /** Nanoseconds since some moment; only differences mean anything. */
    long nanoTime();

    static Ticker system() {
        return System::nanoTime;
    }
}
