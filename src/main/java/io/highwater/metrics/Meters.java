package io.highwater.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/** Makes the catalogue's meters in one registry; throws if the type is not the catalogue's. */
final class Meters {
    private final MeterRegistry registry;
    private final PrometheusRegistry prometheus;

    /**
     * @param prometheus the registry behind {@code registry}, for types that Micrometer lacks
     */
    Meters(MeterRegistry registry, PrometheusRegistry prometheus) {
        this.registry = registry;
        this.prometheus = prometheus;
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

    /**
     * Makes a counter that shows a sum of the caller's.
     *
     * @param sum the caller must keep a reference to it, since the registry does not
     */
    void counter(Metric metric, Tags tags, LongAdder sum) {
        FunctionCounter.builder(named(metric, Metric.Type.COUNTER), sum, LongAdder::sum)
                .description(metric.help())
                .tags(tags)
                .register(registry);
    }

    void gauge(Metric metric, Tags tags, Supplier<Number> value) {
        Gauge.builder(named(metric, Metric.Type.GAUGE), value)
                .description(metric.help())
                .tags(tags)
                .register(registry);
    }

    /**
     * @param boundsMillis upper bounds of the buckets; no more of them than the quantiles of
     *     interest need, since each is a time series
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

    /**
     * A histogram of the current values, whose buckets may fall.
     *
     * @param bounds upper bounds of the buckets, one fewer than the distribution has counts
     */
    void gaugeHistogram(Metric metric, Supplier<Distribution> now, int... bounds) {
        String name = named(metric, Metric.Type.GAUGE_HISTOGRAM);
        double[] upper =
                Arrays.copyOf(Arrays.stream(bounds).asDoubleStream().toArray(), bounds.length + 1);
        upper[bounds.length] = Double.POSITIVE_INFINITY;
        prometheus.register(
                () -> {
                    Distribution values = now.get();
                    return HistogramSnapshot.builder()
                            .name(name)
                            .help(metric.help())
                            .gaugeHistogram(true)
                            .dataPoint(
                                    HistogramDataPointSnapshot.builder()
                                            .classicHistogramBuckets(
                                                    ClassicHistogramBuckets.of(
                                                            upper, values.counts()))
                                            .sum(values.sum())
                                            .build())
                            .build();
                });
    }

    /** A metric that consists of its labels; its value is 1. */
    void info(Metric metric, Labels labels) {
        InfoSnapshot info =
                InfoSnapshot.builder()
                        // The library appends "_info" itself.
                        .name(named(metric, Metric.Type.INFO).replaceFirst("_info$", ""))
                        .help(metric.help())
                        .dataPoint(InfoDataPointSnapshot.builder().labels(labels).build())
                        .build();
        prometheus.register(() -> info);
    }

    private static String named(Metric metric, Metric.Type expected) {
        if (metric.type() != expected) {
            throw new IllegalArgumentException(metric + " is a " + metric.type());
        }
        return metric.exposedName();
    }
}
