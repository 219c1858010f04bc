package io.highwater.metrics;

import io.highwater.handshake.HandshakeObserver;
import io.micrometer.core.instrument.Counter;
import java.util.concurrent.ConcurrentHashMap;

/** Counts handshakes by outcome. Thread-safe. */
final class HandshakeMetrics implements HandshakeObserver {
    /**
     * Outcomes are words of our rules and a team's rules, so there are few. If a team's rule puts
     * client input into its word, this limit keeps it from filling memory and Prometheus.
     */
    private static final int MAX_OUTCOMES = 64;

    private final Meters meters;
    private final ConcurrentHashMap<String, Counter> outcomes = new ConcurrentHashMap<>();
    private final Counter other;

    HandshakeMetrics(Meters meters) {
        this.meters = meters;
        this.other = meters.counter(Metric.HANDSHAKES, "outcome", "other");
        outcomes.put("other", other);
        // Made at the start, so that its rate has a value before the first handshake.
        outcomes.put("accepted", meters.counter(Metric.HANDSHAKES, "outcome", "accepted"));
    }

    @Override
    public void onDecided(String outcome) {
        Counter known = outcomes.get(outcome);
        (known == null ? register(outcome) : known).increment();
    }

    private Counter register(String outcome) {
        // Concurrent threads may exceed the limit by at most their number.
        return outcomes.mappingCount() >= MAX_OUTCOMES
                ? other
                : outcomes.computeIfAbsent(
                        outcome, word -> meters.counter(Metric.HANDSHAKES, "outcome", word));
    }
}
