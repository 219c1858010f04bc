package io.highwater.metrics;

import io.highwater.wire.deflate.BudgetStep;
import io.highwater.wire.deflate.DeflateObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** Counts what compression saves and how the memory budget acts. Thread-safe. */
final class DeflateMetrics implements DeflateObserver {
    private final LongAdder sentPlain = new LongAdder();
    private final LongAdder sentWire = new LongAdder();
    private final LongAdder receivedPlain = new LongAdder();
    private final LongAdder receivedWire = new LongAdder();

    /** Filled by the constructor and never changed: safe to read from any thread. */
    private final Map<BudgetStep, Counter> steps = new EnumMap<>(BudgetStep.class);

    private final LongAdder contextBytes = new LongAdder();

    DeflateMetrics(Meters meters) {
        bytes(meters, Direction.OUT, "plain", sentPlain);
        bytes(meters, Direction.OUT, "wire", sentWire);
        bytes(meters, Direction.IN, "plain", receivedPlain);
        bytes(meters, Direction.IN, "wire", receivedWire);
        meters.gauge(Metric.DEFLATE_CONTEXT_BYTES, Tags.empty(), contextBytes::sum);
        for (BudgetStep step : BudgetStep.values()) {
            String label = step.name().toLowerCase(Locale.ROOT);
            steps.put(step, meters.counter(Metric.DEFLATE_STEPS, "to", label));
        }
    }

    private static void bytes(Meters meters, Direction direction, String kind, LongAdder sum) {
        meters.counter(Metric.DEFLATE_BYTES, direction.tags().and("kind", kind), sum);
    }

    @Override
    public void onSent(int plainBytes, int wireBytes) {
        sentPlain.add(plainBytes);
        sentWire.add(wireBytes);
    }

    @Override
    public void onReceived(int plainBytes, int wireBytes) {
        receivedPlain.add(plainBytes);
        receivedWire.add(wireBytes);
    }

    @Override
    public void onContexts(int grownBytes) {
        contextBytes.add(grownBytes);
    }

    @Override
    public void onStep(BudgetStep to) {
        Objects.requireNonNull(steps.get(to)).increment();
    }
}
