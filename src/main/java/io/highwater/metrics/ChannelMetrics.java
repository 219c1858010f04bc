package io.highwater.metrics;

import io.highwater.channel.ChannelObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import java.util.concurrent.atomic.LongAdder;

/** Counts channels and what is published in them. Thread-safe. */
final class ChannelMetrics implements ChannelObserver {
    private final LongAdder channels = new LongAdder();
    private final LongAdder subscriptions = new LongAdder();
    private final LongAdder published = new LongAdder();
    private final Counter refused;
    private final Counter dropped;
    private final Counter failures;

    ChannelMetrics(Meters meters) {
        meters.gauge(Metric.CHANNELS, Tags.empty(), channels::sum);
        meters.gauge(Metric.SUBSCRIPTIONS, Tags.empty(), subscriptions::sum);
        meters.counter(Metric.PUBLICATIONS, Tags.empty(), published);
        refused = meters.counter(Metric.PUBLICATIONS_REFUSED);
        dropped = meters.counter(Metric.PUBLICATIONS_DROPPED);
        failures = meters.counter(Metric.CHANNEL_FAILURES, "cause", "hub");
    }

    @Override
    public void onChannels(int change) {
        channels.add(change);
    }

    @Override
    public void onSubscriptions(int change) {
        subscriptions.add(change);
    }

    @Override
    public void onPublished() {
        published.increment();
    }

    @Override
    public void onRefused() {
        refused.increment();
    }

    @Override
    public void onDropped() {
        dropped.increment();
    }

    @Override
    public void onFailure() {
        failures.increment();
    }
}
