package io.highwater.metrics;

import io.highwater.handshake.HandshakeObserver;
import io.micrometer.core.instrument.Counter;
import java.util.concurrent.ConcurrentHashMap;

/** Counts handshakes by outcome. Thread-safe. */
final class HandshakeMetrics implements HandshakeObserver {
    /**
     * Outcomes are words of rules, ours and a team's, so there are few. Should a team's rule put
     * something of the client's into its word, this keeps it from filling memory and Prometheus.
     */
    private static final int MAX_OUTCOMES = 64;

    private final Meters meters;
    private final ConcurrentHashMap<String, Counter> outcomes = new ConcurrentHashMap<>();
    private final Counter other;

    HandshakeMetrics(Meters meters) {
        this.meters = meters;
        this.other = meters.counter(Metric.HANDSHAKES, "outcome", "other");
        outcomes.put("other", other);
        // From the start, so that a rate of it has a value before the first handshake.
        outcomes.put("accepted", meters.counter(Metric.HANDSHAKES, "outcome", "accepted"));
    }

    @Override
    public void onDecided(String outcome) {
        Counter known = outcomes.get(outcome);
        (known == null ? register(outcome) : known).increment();
    }

    private Counter register(String outcome) {
        // Threads that come here at once may pass the limit by their number.
        return outcomes.mappingCount() >= MAX_OUTCOMES
                ? other
                : outcomes.computeIfAbsent(
                        outcome, word -> meters.counter(Metric.HANDSHAKES, "outcome", word));
    }
}
