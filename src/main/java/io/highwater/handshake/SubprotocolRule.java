package io.highwater.handshake;

import io.highwater.handshake.RoutePolicy.Subprotocol;
import io.highwater.handshake.UpgradeDecision.Rejected;
import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Chooses the first of the subprotocols that the client offers and the path speaks, as Jakarta's
 * default does; their names are compared as they are (RFC 6455 section 4.2.2).
 */
@Interceptor
@SubprotocolNegotiated
@Priority(HandshakePriorities.SUBPROTOCOL)
final class SubprotocolRule {
    /** More than any client speaks; what it offers behind them is not read. */
    static final int MAX_OFFERED = 64;

    @AroundInvoke
    Object decide(InvocationContext context) throws Exception {
        UpgradeRequest request = UpgradeAttempt.of(context).request();
        Optional<RoutePolicy> route = request.route();
        if (route.isEmpty()) {
            return UpgradeAttempt.proceed(context); // PathRule refuses it
        }
        Optional<String> chosen = choose(route.get(), offered(request));
        if (chosen.isEmpty() && route.get().subprotocol() == Subprotocol.REQUIRED) {
            return required(route.get());
        }
        return UpgradeAttempt.proceed(context)
                .thenApply(decision -> decision.withSubprotocol(chosen.orElse(null)));
    }

    private static Optional<String> choose(RoutePolicy route, List<String> offered) {
        String byCode = offered.isEmpty() ? null : route.choices().chooseSubprotocol(offered);
        return byCode == null
                ? offered.stream().filter(route.subprotocols()::contains).findFirst()
                : Optional.of(byCode).filter(offered::contains);
    }

    private static List<String> offered(UpgradeRequest request) {
        return List.copyOf(
                ListHeader.first(MAX_OFFERED, request.headers("Sec-WebSocket-Protocol")));
    }

    private static CompletionStage<UpgradeDecision> required(RoutePolicy route) {
        String names = String.join(", ", route.subprotocols());
        return Rejected.of(400, "subprotocol", "Offer one of these subprotocols: " + names + ".")
                .asStage();
    }
}
