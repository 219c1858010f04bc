package io.highwater.metrics;

import io.highwater.outbound.Backlog;
import io.highwater.outbound.DepthSnapshot;
import io.highwater.outbound.SlowClient;
import io.micrometer.core.instrument.Tags;
import java.util.function.LongSupplier;

/**
 * What the queues hold at the moment of a scrape. Asking them walks every queued frame, so it is
 * done once a scrape, by {@link #sample}, and the gauges show its result. Thread-safe.
 */
final class BacklogMetrics {
    private final Backlog backlog;
    private final LongSupplier connections;
    private volatile Sample last = new Sample(0, 0, new DepthSnapshot(0, 0, 0));

    /**
     * @param connections all open connections, with and without a queue
     */
    BacklogMetrics(Meters meters, Backlog backlog, LongSupplier connections) {
        this.backlog = backlog;
        this.connections = connections;
        double heapBytes = Runtime.getRuntime().maxMemory();
        meters.gauge(Metric.QUEUE_DEPTH, Tags.of("quantile", "0.95"), () -> last.depths.p95());
        meters.gauge(Metric.QUEUE_DEPTH, Tags.of("quantile", "0.99"), () -> last.depths.p99());
        meters.gauge(Metric.QUEUED_BYTES, Tags.empty(), () -> last.retainedBytes);
        meters.gauge(Metric.QUEUED_HEAP_RATIO, Tags.empty(), () -> last.retainedBytes / heapBytes);
        meters.gauge(Metric.SLOW_CLIENTS, Tags.empty(), () -> last.slow);
    }

    /**
     * @param nowNanos of the node's Ticker
     */
    void sample(long nowNanos) {
        last =
                new Sample(
                        backlog.retainedBytes(),
                        backlog.slowQueues(nowNanos - SlowClient.AFTER.toNanos()),
                        backlog.depths(connections.getAsLong()));
    }

    private record Sample(long retainedBytes, int slow, DepthSnapshot depths) {}
}
