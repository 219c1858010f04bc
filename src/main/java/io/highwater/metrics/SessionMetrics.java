package io.highwater.metrics;

import io.highwater.session.SessionObserver;
import io.micrometer.core.instrument.Counter;

/** Counts what clients of channels say of themselves. Thread-safe. */
final class SessionMetrics implements SessionObserver {
    private final Counter reconnects;

    SessionMetrics(Meters meters) {
        reconnects = meters.counter(Metric.RECONNECTS);
    }

    @Override
    public void onReconnect() {
        reconnects.increment();
    }
}
