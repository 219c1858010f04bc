package io.highwater.metrics;

import io.highwater.keepalive.KeepaliveObserver;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** Measures the round trips of pings. Thread-safe. */
final class KeepaliveMetrics implements KeepaliveObserver {
    /** From data centre round trips to a phone about to lose its network (10 s, then 4408). */
    private static final long[] RTT_BOUNDS_MILLIS = {
        1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000
    };

    private final Timer roundTrips;

    KeepaliveMetrics(Meters meters) {
        roundTrips = meters.histogram(Metric.PING_RTT, RTT_BOUNDS_MILLIS);
    }

    @Override
    public void onRoundTripNanos(long nanos) {
        roundTrips.record(nanos, TimeUnit.NANOSECONDS);
    }
}
