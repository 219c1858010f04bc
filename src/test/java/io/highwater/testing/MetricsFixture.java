package io.highwater.testing;

import io.highwater.metrics.Build;
import io.highwater.metrics.NodeLimits;
import io.highwater.metrics.NodeMetrics;
import io.highwater.outbound.NonEmptyQueues;

/** A node's metrics without the node. */
public final class MetricsFixture {
    private MetricsFixture() {}

    public static NodeMetrics of(NonEmptyQueues backlog) {
        return new NodeMetrics(
                backlog,
                new Build("1.2.3", "17", "12.0"),
                new NodeLimits(1_000, 250, 280, 120, 100, 10_000, 64_000, 500_000, 50_000));
    }
}
