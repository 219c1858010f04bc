package io.highwater.handshake.rule;

import io.highwater.handshake.DeflatePolicy;
import io.highwater.handshake.HandshakePriorities;
import io.highwater.handshake.HandshakeRule;
import io.highwater.handshake.HandshakeSettings;
import io.highwater.handshake.RoutePolicy;
import io.highwater.handshake.UpgradeAttempt;
import io.highwater.handshake.UpgradeDecision;
import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Decides the session's compression: the path's setting, else the node's. Refuses no client. */
@Interceptor
@DeflateDecided
@Priority(HandshakePriorities.DEFLATE)
final class DeflateRule extends HandshakeRule {
    private final DeflatePolicy nodes;

    @Inject
    DeflateRule(HandshakeSettings settings) {
        nodes = settings.deflate();
    }

    @Override
    protected CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt, Next next) {
        Optional<RoutePolicy> route = attempt.request().route();
        DeflatePolicy policy = route.map(RoutePolicy::deflate).orElse(nodes);
        return next.decide().thenApply(d -> d.withDeflate(policy));
    }
}
