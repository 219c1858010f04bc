package io.highwater.handshake.rule;

import io.highwater.handshake.HandshakePriorities;
import io.highwater.handshake.HandshakeRule;
import io.highwater.handshake.HandshakeSettings;
import io.highwater.handshake.UpgradeAttempt;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeDecision.Rejected;
import io.highwater.handshake.address.Authority;
import io.highwater.handshake.address.ClientView;
import io.highwater.handshake.address.HostPattern;
import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Refuses hosts that are not on the list, and malformed ones. */
@Interceptor
@HostAllowed
@Priority(HandshakePriorities.HOST)
final class HostRule extends HandshakeRule {
    private static final Rejected REFUSED =
            Rejected.of(403, "host", "This host is not served here.");

    private final List<HostPattern> allowed;

    @Inject
    HostRule(HandshakeSettings settings) {
        allowed = settings.hostPatterns();
    }

    @Override
    protected CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt, Next next) {
        return isAllowed(attempt.client()) ? next.decide() : REFUSED.asStage();
    }

    private boolean isAllowed(ClientView client) {
        Authority authority = client.authority();
        return authority != null
                && (allowed.isEmpty()
                        || allowed.stream()
                                .anyMatch(pattern -> pattern.matches(authority, client.scheme())));
    }
}
