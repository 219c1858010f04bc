package io.highwater.metrics;

import io.highwater.protocol.ErrorCode;
import io.highwater.session.SessionObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts reconnects that channel clients report, error replies to them, and slow ones that are
 * served from the log. Thread-safe.
 */
final class SessionMetrics implements SessionObserver {
    private final Counter reconnects;
    private final Counter ruleFailures;
    private final LongAdder demoted = new LongAdder();
    private final Counter demotions;
    private final LongAdder skipped = new LongAdder();

    /** Filled by the constructor and never changed: safe to read from any thread. */
    private final Map<ErrorCode, Counter> errors = new EnumMap<>(ErrorCode.class);

    SessionMetrics(Meters meters) {
        reconnects = meters.counter(Metric.RECONNECTS);
        ruleFailures = meters.counter(Metric.CHANNEL_FAILURES, "cause", "rule");
        meters.gauge(Metric.DEMOTED_SUBSCRIPTIONS, Tags.empty(), demoted::sum);
        demotions = meters.counter(Metric.DEMOTIONS);
        meters.counter(Metric.MESSAGES_DROPPED, Tags.of("policy", "demote"), skipped);
        for (ErrorCode code : ErrorCode.values()) {
            // The code as clients receive it.
            errors.put(code, meters.counter(Metric.COMMAND_ERRORS, "code", code.name()));
        }
    }

    @Override
    public void onReconnect() {
        reconnects.increment();
    }

    @Override
    public void onError(ErrorCode code) {
        Objects.requireNonNull(errors.get(code)).increment();
    }

    @Override
    public void onDemoted(int change) {
        demoted.add(change);
        if (change > 0) {
            demotions.increment(change);
        }
    }

    @Override
    public void onSkipped(long messages) {
        skipped.add(messages);
    }

    @Override
    public void onRuleFailed() {
        ruleFailures.increment();
    }
}
