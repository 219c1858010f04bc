package io.highwater.handshake;

import io.highwater.handshake.UpgradeDecision.Accepted;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The innermost step, reached by handshakes that no rule refused. The rules are the interceptors of
 * {@link #decide}, in the order of {@link HandshakePriorities}; {@link HandshakeExtension} adds
 * their bindings to it. Not final, because the container subclasses it. Call it only through the
 * injected bean, or no rule is asked. Stateless.
 */
@PerNode
class HandshakeChain {
    CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt) {
        return CompletableFuture.completedStage(Accepted.of(attempt.clientAddress()));
    }
}
