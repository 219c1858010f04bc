package io.highwater.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/** Makes the catalogue's meters in one registry; a meter of another type is a mistake of ours. */
final class Meters {
    private final MeterRegistry registry;

    Meters(MeterRegistry registry) {
        this.registry = registry;
    }

    Counter counter(Metric metric) {
        return Counter.builder(named(metric, Metric.Type.COUNTER))
                .description(metric.help())
                .register(registry);
    }

    Counter counter(Metric metric, String tag, String value) {
        return Counter.builder(named(metric, Metric.Type.COUNTER))
                .description(metric.help())
                .tag(tag, value)
                .register(registry);
    }

    void gauge(Metric metric, Tags tags, Supplier<Number> value) {
        Gauge.builder(named(metric, Metric.Type.GAUGE), value)
                .description(metric.help())
                .tags(tags)
                .register(registry);
    }

    /**
     * @param boundsMillis upper bounds of the buckets; no more than the quantiles of interest need,
     *     since each is a time series
     */
    Timer histogram(Metric metric, long... boundsMillis) {
        return Timer.builder(named(metric, Metric.Type.HISTOGRAM))
                .description(metric.help())
                .serviceLevelObjectives(
                        LongStream.of(boundsMillis)
                                .mapToObj(Duration::ofMillis)
                                .toArray(Duration[]::new))
                .register(registry);
    }

    private static String named(Metric metric, Metric.Type expected) {
        if (metric.type() != expected) {
            throw new IllegalArgumentException(metric + " is a " + metric.type());
        }
        return metric.exposedName();
    }
}
