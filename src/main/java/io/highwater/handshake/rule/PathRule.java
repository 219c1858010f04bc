package io.highwater.handshake.rule;

import io.highwater.handshake.HandshakePriorities;
import io.highwater.handshake.HandshakeRule;
import io.highwater.handshake.UpgradeAttempt;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeDecision.Rejected;
import jakarta.annotation.Priority;
import jakarta.interceptor.Interceptor;
import java.util.concurrent.CompletionStage;

/** Refuses paths where nothing is deployed. */
@Interceptor
@PathKnown
@Priority(HandshakePriorities.PATH)
final class PathRule extends HandshakeRule {
    private static final Rejected REFUSED =
            Rejected.of(404, "path", "There is no WebSocket endpoint on this path.");

    @Override
    protected CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt, Next next) {
        return attempt.request().route().isPresent() ? next.decide() : REFUSED.asStage();
    }
}
