package io.highwater.handshake;

import io.highwater.handshake.UpgradeDecision.Rejected;
import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.util.List;

/** Refuses hosts that are not on the list, and those that are none at all. */
@Interceptor
@HostAllowed
@Priority(HandshakePriorities.HOST)
final class HostRule {
    private static final Rejected REFUSED =
            Rejected.of(403, "host", "This host is not served here.");

    private final List<HostPattern> allowed;

    @Inject
    HostRule(HandshakeSettings settings) {
        allowed = settings.hostPatterns();
    }

    @AroundInvoke
    Object decide(InvocationContext context) throws Exception {
        return isAllowed(UpgradeAttempt.of(context).client())
                ? context.proceed()
                : REFUSED.asStage();
    }

    private boolean isAllowed(ClientView client) {
        Authority authority = client.authority();
        return authority != null
                && (allowed.isEmpty()
                        || allowed.stream()
                                .anyMatch(pattern -> pattern.matches(authority, client.scheme())));
    }
}
