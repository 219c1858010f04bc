package io.highwater.node;

import io.highwater.admin.AdminActions;
import io.highwater.admin.MetricsFormat;
import io.highwater.admin.PartHealth;
import io.highwater.admin.SlowClients;
import io.highwater.metrics.NodeMetrics;
import io.highwater.outbound.NonEmptyQueues;
import io.highwater.outbound.SlowClient;
import io.highwater.time.Ticker;
import java.util.List;

/** What the admin port can show of a node and do with it. Thread-safe. */
record NodeActions(NodeCore node, NodeMetrics metrics, NonEmptyQueues queues, Ticker ticker)
        implements AdminActions {
    /** How many clients {@code /clients/slow} lists. */
    private static final int SLOWEST_SHOWN = 20;

    @Override
    public String metrics(MetricsFormat format) {
        return metrics.scrape(format.contentType(), ticker.nanoTime());
    }

    @Override
    public SlowClients slowClients() {
        long nowNanos = ticker.nanoTime();
        int slow = queues.slowQueues(nowNanos - SlowClient.AFTER.toNanos());
        return new SlowClients(
                slow,
                queues.slowest(SLOWEST_SHOWN, nowNanos).stream().map(NodeActions::shown).toList());
    }

    private static SlowClients.Client shown(SlowClient client) {
        return new SlowClients.Client(
                client.id(),
                client.address(),
                client.policy().name(),
                client.queuedMessages(),
                client.queuedBytes(),
                client.unsentMessages(),
                client.retainedBytes(),
                client.aboveLowWater().toMillis());
    }

    @Override
    public boolean isLive() {
        return node.isLive();
    }

    @Override
    public boolean isReady() {
        return node.isReady();
    }

    @Override
    public List<PartHealth> parts() {
        return node.parts();
    }

    /** Starts a drain. The process goes on, for probes and scrapes, until it is told to stop. */
    @Override
    public void drain() {
        node.startDrain();
    }
}
