package io.highwater.handshake;

import io.highwater.handshake.UpgradeDecision.Accepted;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The innermost step, reached by those whom no rule refused. The rules are the interceptors of
 * {@link #decide}, in the order of {@link HandshakePriorities}; {@link HandshakeExtension} gives it
 * their bindings. Not final, as the container subclasses it; call it through the injected bean
 * only, or no rule is asked. Stateless.
 */
@PerNode
class HandshakeChain {
    CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt) {
        return CompletableFuture.completedStage(Accepted.of(attempt.clientAddress()));
    }
}
