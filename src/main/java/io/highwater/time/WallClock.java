package io.highwater.time;

/**
 * The time of day, for what has to differ from one start of a node to the next. It may jump:
 * whoever measures an interval takes a {@link Ticker}. Thread-safe.
 */
@FunctionalInterface
public interface WallClock {
    /** Milliseconds since 1970. */
    long millis();

    /**
     * The system's. The only place that reads it, but for certificates and the metrics' registry.
     */
    static WallClock system() {
        return System::currentTimeMillis;
    }
}
