package io.highwater.handshake.rule;

import io.highwater.handshake.BearerSubprotocol;
import io.highwater.handshake.HandshakePriorities;
import io.highwater.handshake.HandshakeRule;
import io.highwater.handshake.RoutePolicy;
import io.highwater.handshake.RoutePolicy.Subprotocol;
import io.highwater.handshake.UpgradeAttempt;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeDecision.Rejected;
import io.highwater.handshake.UpgradeRequest;
import jakarta.annotation.Priority;
import jakarta.interceptor.Interceptor;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Chooses the first subprotocol that the client offers and the path supports, as Jakarta's default
 * does. Names are compared exactly (RFC 6455 section 4.2.2). A token among the offers is no
 * subprotocol: it is never chosen, and an endpoint that chooses in code does not see it.
 */
@Interceptor
@SubprotocolNegotiated
@Priority(HandshakePriorities.SUBPROTOCOL)
final class SubprotocolRule extends HandshakeRule {
    /** More than any client supports; further offers are not read. */
    static final int MAX_OFFERED = 64;

    @Override
    protected CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt, Next next) {
        UpgradeRequest request = attempt.request();
        Optional<RoutePolicy> route = request.route();
        if (route.isEmpty()) {
            return next.decide(); // PathRule refuses it
        }
        Optional<String> chosen = choose(route.get(), offered(request));
        if (chosen.isEmpty() && route.get().subprotocol() == Subprotocol.REQUIRED) {
            return required(route.get());
        }
        return next.decide().thenApply(decision -> decision.withSubprotocol(chosen.orElse(null)));
    }

    private static Optional<String> choose(RoutePolicy route, List<String> offered) {
        String byCode = offered.isEmpty() ? null : route.choices().chooseSubprotocol(offered);
        return byCode == null
                ? offered.stream().filter(route.subprotocols()::contains).findFirst()
                : Optional.of(byCode).filter(offered::contains);
    }

    private static List<String> offered(UpgradeRequest request) {
        return ListHeader.first(MAX_OFFERED, request.headers("Sec-WebSocket-Protocol")).stream()
                .filter(offer -> !BearerSubprotocol.is(offer))
                .toList();
    }

    private static CompletionStage<UpgradeDecision> required(RoutePolicy route) {
        String names = String.join(", ", route.subprotocols());
        return Rejected.of(400, "subprotocol", "Offer one of these subprotocols: " + names + ".")
                .asStage();
    }
}
