package io.highwater.handshake;

import java.util.concurrent.CompletionStage;

/** The port that the transport asks before it answers an opening handshake. Thread-safe. */
public interface Handshake {
    /**
     * Decides, without blocking; the stage never fails for what the client did. A failed stage is
     * answered with 500.
     */
    CompletionStage<UpgradeDecision> decide(UpgradeRequest request);

    /**
     * Whether code takes part that promises not to block and is not known to keep it: a team's. It
     * is given a thread of its own then, not the one that reads for other connections too.
     */
    default boolean mayBlock(UpgradeRequest request) {
        return true;
    }
}
