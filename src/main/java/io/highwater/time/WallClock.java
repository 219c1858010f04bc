package io.highwater.time;

/**
 * The time of day, for what must differ from one start of a node to the next. It may jump: code
 * that measures an interval uses a {@link Ticker}. Thread-safe.
 */
@FunctionalInterface
public interface WallClock {
    /** Milliseconds since 1970. */
    long millis();

    /**
     * The system's clock. Only this place reads it, except for certificates and the metrics
     * registry.
     */
    static WallClock system() {
        return System::currentTimeMillis;
    }
}
