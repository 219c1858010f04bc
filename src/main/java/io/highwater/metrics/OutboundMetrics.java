package io.highwater.metrics;

import io.highwater.outbound.OutboundObserver;
import io.highwater.outbound.OverflowPolicy;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Counts evictions and drops, and measures how long messages wait. Thread-safe. */
final class OutboundMetrics implements OutboundObserver {
    /** Dense around the target, p99 below 100 ms. */
    private static final long[] LATENCY_BOUNDS_MILLIS = {
        1, 2, 5, 10, 25, 50, 75, 100, 150, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000
    };

    /** Filled by the constructor and never changed: safe to read from any thread. */
    private final Map<OverflowPolicy, Counter> evictions = new EnumMap<>(OverflowPolicy.class);

    private final Map<OverflowPolicy, LongAdder> dropped = new EnumMap<>(OverflowPolicy.class);
    private final Counter governed;
    private final Counter listenerErrors;
    private final Timer latency;

    OutboundMetrics(Meters meters) {
        for (OverflowPolicy policy : OverflowPolicy.values()) {
            String label = policy.name().toLowerCase(Locale.ROOT);
            evictions.put(policy, meters.counter(Metric.EVICTIONS, "policy", label));
            LongAdder messages = new LongAdder();
            dropped.put(policy, messages);
            meters.counter(Metric.MESSAGES_DROPPED, Tags.of("policy", label), messages);
        }
        governed = meters.counter(Metric.EVICTIONS, "policy", "governor");
        listenerErrors = meters.counter(Metric.ENDPOINT_ERRORS, "cause", "listener");
        latency = meters.histogram(Metric.MESSAGE_LATENCY, LATENCY_BOUNDS_MILLIS);
    }

    @Override
    public void onEvicted(OverflowPolicy policy) {
        Objects.requireNonNull(evictions.get(policy)).increment();
    }

    @Override
    public void onGoverned() {
        governed.increment();
    }

    @Override
    public void onListenerFailed() {
        listenerErrors.increment();
    }

    @Override
    public void onDropped(OverflowPolicy policy, int messages) {
        Objects.requireNonNull(dropped.get(policy)).add(messages);
    }

    @Override
    public void onLatencyNanos(long nanos) {
        latency.record(nanos, TimeUnit.NANOSECONDS);
    }
}
