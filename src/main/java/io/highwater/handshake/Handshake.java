package io.highwater.handshake;

import java.util.concurrent.CompletionStage;

/** The transport asks this port before it answers an opening handshake. Thread-safe. */
public interface Handshake {
    /**
     * Decides without blocking. The stage never fails because of what the client did; a failed
     * stage is answered with 500.
     */
    CompletionStage<UpgradeDecision> decide(UpgradeRequest request);

    /**
     * Whether application code takes part, which promises not to block but may break the promise.
     * Then the handshake gets its own thread, not the one that also reads for other connections.
     */
    default boolean mayBlock(UpgradeRequest request) {
        return true;
    }
}
