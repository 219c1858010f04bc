package io.highwater.metrics;

import io.highwater.protocol.ErrorCode;
import io.highwater.session.SessionObserver;
import io.micrometer.core.instrument.Counter;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** Counts reconnects that channel clients report, and error replies to them. Thread-safe. */
final class SessionMetrics implements SessionObserver {
    private final Counter reconnects;
    private final Counter ruleFailures;

    /** Filled by the constructor and never changed: safe to read from any thread. */
    private final Map<ErrorCode, Counter> errors = new EnumMap<>(ErrorCode.class);

    SessionMetrics(Meters meters) {
        reconnects = meters.counter(Metric.RECONNECTS);
        ruleFailures = meters.counter(Metric.CHANNEL_FAILURES, "cause", "rule");
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
    public void onRuleFailed() {
        ruleFailures.increment();
    }
}
