package io.highwater.metrics;

import io.highwater.outbound.DepthSnapshot;
import io.highwater.outbound.NonEmptyQueues;
import io.highwater.outbound.SlowClient;
import io.micrometer.core.instrument.Tags;
import java.util.function.LongSupplier;

/**
 * What the queues hold at the moment of a scrape. Sampling them visits every queued frame, so
 * {@link #sample} does it once per scrape, and the gauges show its result. Thread-safe.
 */
final class QueueMetrics {
    /** Dense around the target, p99 below 5, and up to values that raised marks may allow. */
    private static final int[] DEPTH_BOUNDS = {
        0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000
    };

    private final NonEmptyQueues queues;
    private final LongSupplier connections;
    private volatile Sample last;

    /**
     * @param connections all open connections, with and without a queue
     */
    QueueMetrics(Meters meters, NonEmptyQueues queues, LongSupplier connections) {
        this.queues = queues;
        this.connections = connections;
        last = new Sample(0, 0, 0, 0, new Distribution(new long[DEPTH_BOUNDS.length + 1], 0));
        double heapBytes = Runtime.getRuntime().maxMemory();
        meters.gauge(Metric.QUEUE_DEPTH, Tags.of("quantile", "0.95"), () -> last.p95);
        meters.gauge(Metric.QUEUE_DEPTH, Tags.of("quantile", "0.99"), () -> last.p99);
        meters.gaugeHistogram(Metric.QUEUED_MESSAGES, () -> last.depths, DEPTH_BOUNDS);
        meters.gauge(Metric.QUEUED_BYTES, Tags.empty(), () -> last.retainedBytes);
        meters.gauge(Metric.QUEUED_HEAP_RATIO, Tags.empty(), () -> last.retainedBytes / heapBytes);
        meters.gauge(Metric.SLOW_CLIENTS, Tags.empty(), () -> last.slow);
    }

    /**
     * @param nowNanos time of the node's Ticker
     */
    void sample(long nowNanos) {
        DepthSnapshot depths = queues.depths(connections.getAsLong());
        last =
                new Sample(
                        queues.retainedBytes(),
                        queues.slowQueues(nowNanos - SlowClient.AFTER.toNanos()),
                        depths.p95(),
                        depths.p99(),
                        new Distribution(depths.between(DEPTH_BOUNDS), depths.messages()));
    }

    /** Replaces the snapshot, which would keep a number for each queue. */
    private record Sample(long retainedBytes, int slow, int p95, int p99, Distribution depths) {}
}
