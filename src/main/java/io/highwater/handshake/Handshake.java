package io.highwater.handshake;

import java.util.concurrent.CompletionStage;

/** The port that the transport asks before it answers an opening handshake. Thread-safe. */
public interface Handshake {
    /**
     * Decides, without blocking; the stage never fails for what the client did. A failed stage is
     * answered with 500.
     */
    CompletionStage<UpgradeDecision> decide(UpgradeRequest request);
}
