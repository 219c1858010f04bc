package io.highwater;

import io.highwater.handshake.Handshake;
import io.highwater.handshake.HandshakeObserver;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeDecision.Rejected;
import io.highwater.handshake.UpgradeRequest;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/**
 * The rules while the node is ready, and a refusal while it drains: the listening sockets are
 * closed then, but connections that are there already can still ask. Thread-safe.
 */
record DrainAwareHandshake(
        Handshake rules, BooleanSupplier ready, RetrySpread spread, HandshakeObserver observer)
        implements Handshake {
    @Override
    public CompletionStage<UpgradeDecision> decide(UpgradeRequest request) {
        if (ready.getAsBoolean()) {
            return rules.decide(request);
        }
        Rejected refusal =
                Rejected.of(503, "draining", "this node is stopping").withRetryAfter(spread.next());
        observer.onDecided(refusal.outcome());
        return refusal.asStage();
    }
}
