package io.highwater.handshake.rule;

import io.highwater.handshake.AllowedRoles;
import io.highwater.handshake.HandshakePriorities;
import io.highwater.handshake.HandshakeRule;
import io.highwater.handshake.RoutePolicy;
import io.highwater.handshake.UpgradeAttempt;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeDecision.Accepted;
import io.highwater.handshake.UpgradeDecision.Rejected;
import jakarta.annotation.Priority;
import jakarta.interceptor.Interceptor;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Refuses clients that have none of the roles that the path needs. It stands before the rules that
 * say who the client is, because it needs their decision.
 */
@Interceptor
@RolesRequired
@Priority(HandshakePriorities.ROLES)
final class RolesRule extends HandshakeRule {
    private static final Rejected REFUSED =
            Rejected.of(403, "roles", "The client has no role that this endpoint allows.");

    @Override
    protected CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt, Next next) {
        @Nullable AllowedRoles roles =
                attempt.request().route().map(RoutePolicy::roles).orElse(null);
        return roles == null
                ? next.decide()
                : next.decide().thenApply(decision -> decide(decision, roles));
    }

    private static UpgradeDecision decide(UpgradeDecision decision, AllowedRoles roles) {
        return decision instanceof Accepted accepted && !roles.admits(accepted.identity())
                ? REFUSED
                : decision;
    }
}
