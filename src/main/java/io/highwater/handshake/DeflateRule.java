package io.highwater.handshake;

import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.util.Optional;

/**
 * Says what compression the session may use: what the path wants, else the node. Refuses nobody.
 */
@Interceptor
@DeflateDecided
@Priority(HandshakePriorities.DEFLATE)
final class DeflateRule {
    private final DeflatePolicy nodes;

    @Inject
    DeflateRule(HandshakeSettings settings) {
        nodes = settings.deflate();
    }

    @AroundInvoke
    Object decide(InvocationContext context) throws Exception {
        Optional<RoutePolicy> route = UpgradeAttempt.of(context).request().route();
        DeflatePolicy policy = route.map(RoutePolicy::deflate).orElse(nodes);
        return UpgradeAttempt.proceed(context).thenApply(d -> d.withDeflate(policy));
    }
}
