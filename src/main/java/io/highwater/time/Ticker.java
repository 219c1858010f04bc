package io.highwater.time;

/**
 * Monotonic time, for code that measures an interval; never wall-clock time.
 *
 * <p>Values may be negative and may wrap: compare them by subtraction. Thread-safe.
 */
@FunctionalInterface
public interface Ticker {
    /** Nanoseconds since an arbitrary origin. */
    long nanoTime();

    /** The JVM's monotonic clock. This is the only place that reads it. */
    static Ticker system() {
        return System::nanoTime;
    }
}
