package io.highwater.metrics;

import io.highwater.wire.CloseStatus;
import io.highwater.wire.TransportKind;
import io.highwater.wire.WireObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts connections, how they end, and the messages on them. Thread-safe; a message costs one
 * addition per counter.
 */
final class WireMetrics implements WireObserver {
    /** Filled by the constructor and never changed: safe to read from any thread. */
    private final Map<TransportKind, LongAdder> open = new EnumMap<>(TransportKind.class);

    /** By the label of the close code. */
    private final Map<String, Counter> closes = new HashMap<>();

    private final LongAdder messagesIn = new LongAdder();
    private final LongAdder messagesOut = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();

    WireMetrics(Meters meters) {
        for (TransportKind kind : TransportKind.values()) {
            LongAdder count = new LongAdder();
            open.put(kind, count);
            meters.gauge(Metric.CONNECTIONS, Tags.of("transport", kind.label()), count::sum);
        }
        for (String code : CloseStatus.codeLabels()) {
            closes.put(code, meters.counter(Metric.CLOSES, "code", code));
        }
        meters.counter(Metric.MESSAGES, Direction.IN.tags(), messagesIn);
        meters.counter(Metric.MESSAGES, Direction.OUT.tags(), messagesOut);
        meters.counter(Metric.MESSAGE_BYTES, Direction.IN.tags(), bytesIn);
        meters.counter(Metric.MESSAGE_BYTES, Direction.OUT.tags(), bytesOut);
    }

    /** The number of all open connections. */
    long connections() {
        long sum = 0;
        for (LongAdder count : open.values()) {
            sum += count.sum();
        }
        return sum;
    }

    @Override
    public void onOpened(TransportKind kind) {
        count(kind).increment();
    }

    @Override
    public void onClosed(TransportKind kind, CloseStatus status, long ageNanos) {
        count(kind).decrement();
        Objects.requireNonNull(closes.get(status.codeLabel())).increment();
    }

    @Override
    public void onReceived(int messages, int payloadBytes) {
        messagesIn.add(messages);
        bytesIn.add(payloadBytes);
    }

    @Override
    public void onSent(int messages, int payloadBytes) {
        messagesOut.add(messages);
        bytesOut.add(payloadBytes);
    }

    private LongAdder count(TransportKind kind) {
        return Objects.requireNonNull(open.get(kind));
    }
}
