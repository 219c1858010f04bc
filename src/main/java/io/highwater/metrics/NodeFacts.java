package io.highwater.metrics;

import io.micrometer.core.instrument.Tags;
import io.prometheus.metrics.model.snapshots.Labels;

/** Gauges that do not change while a node runs: its build and its limits. */
final class NodeFacts {
    private NodeFacts() {}

    static void show(Meters meters, Build build, NodeLimits limits) {
        meters.info(
                Metric.BUILD_INFO,
                Labels.of(
                        "version", build.version(), "java", build.java(), "jetty", build.jetty()));
        show(meters, Metric.CONNECTIONS_LIMIT, limits.connections());
        show(meters, Metric.CONNECTIONS_PER_IP_LIMIT, limits.connectionsPerIp());
        show(meters, Metric.TCP_CONNECTIONS_PER_IP_LIMIT, limits.tcpConnectionsPerIp());
        show(meters, Metric.TLS_CONNECTIONS_PER_IP_LIMIT, limits.tlsConnectionsPerIp());
        show(meters, Metric.QUEUE_LIMIT_MESSAGES, limits.queueMessages());
        show(meters, Metric.QUEUE_LIMIT_BYTES, limits.queueBytes());
        show(meters, Metric.MESSAGE_LIMIT_BYTES, limits.messageBytes());
        show(meters, Metric.HEAP_LIMIT_BYTES, limits.heapBytes());
        show(meters, Metric.DEFLATE_CONTEXT_LIMIT_BYTES, limits.deflateBytes());
    }

    private static void show(Meters meters, Metric metric, long value) {
        meters.gauge(metric, Tags.empty(), () -> value);
    }
}
