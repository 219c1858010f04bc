package io.highwater.handshake;

import io.highwater.handshake.UpgradeDecision.Rejected;
import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;

/** Refuses paths where nothing is deployed. */
@Interceptor
@PathKnown
@Priority(HandshakePriorities.PATH)
final class PathRule {
    private static final Rejected REFUSED =
            Rejected.of(404, "path", "There is no WebSocket endpoint on this path.");

    @AroundInvoke
    Object decide(InvocationContext context) throws Exception {
        return UpgradeAttempt.of(context).request().route().isPresent()
                ? context.proceed()
                : REFUSED.asStage();
    }
}
