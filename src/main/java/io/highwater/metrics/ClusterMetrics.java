package io.highwater.metrics;

import io.highwater.cluster.ClusterObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import java.util.concurrent.atomic.LongAdder;

/** Counts what nodes tell each other beside the log. Thread-safe. */
final class ClusterMetrics implements ClusterObserver {
    private final LongAdder sent = new LongAdder();
    private final LongAdder received = new LongAdder();
    private final LongAdder nodes = new LongAdder();
    private final Counter resyncs;
    private final Counter dropped;
    private final Counter lost;
    private final Counter unreadable;

    ClusterMetrics(Meters meters) {
        meters.counter(Metric.CLUSTER_ITEMS, Tags.of("how", "sent"), sent);
        meters.counter(Metric.CLUSTER_ITEMS, Tags.of("how", "received"), received);
        meters.gauge(Metric.CLUSTER_NODES, Tags.empty(), nodes::sum);
        resyncs = meters.counter(Metric.CLUSTER_RESYNCS);
        dropped = meters.counter(Metric.CLUSTER_ITEMS, "how", "dropped");
        lost = meters.counter(Metric.CLUSTER_ITEMS, "how", "lost");
        unreadable = meters.counter(Metric.CLUSTER_ITEMS, "how", "unreadable");
    }

    @Override
    public void onSent(int items) {
        sent.add(items);
    }

    @Override
    public void onReceived(int items) {
        received.add(items);
    }

    @Override
    public void onDropped() {
        dropped.increment();
    }

    @Override
    public void onLost(int items) {
        lost.increment(items);
    }

    @Override
    public void onNodes(int change) {
        nodes.add(change);
    }

    @Override
    public void onResync() {
        resyncs.increment();
    }

    @Override
    public void onUnreadable() {
        unreadable.increment();
    }
}
