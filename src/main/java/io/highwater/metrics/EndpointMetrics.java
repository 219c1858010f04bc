package io.highwater.metrics;

import io.highwater.endpoint.EndpointObserver;
import io.micrometer.core.instrument.Counter;

/** Counts failures in endpoints. Thread-safe. */
final class EndpointMetrics implements EndpointObserver {
    private final Counter method;
    private final Counter peer;

    EndpointMetrics(Meters meters) {
        method = meters.counter(Metric.ENDPOINT_ERRORS, "cause", "method");
        peer = meters.counter(Metric.ENDPOINT_ERRORS, "cause", "peer");
    }

    @Override
    public void onMethodFailed() {
        method.increment();
    }

    @Override
    public void onPeerFailed() {
        peer.increment();
    }
}
