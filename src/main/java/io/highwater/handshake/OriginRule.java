package io.highwater.handshake;

import io.highwater.handshake.UpgradeDecision.Rejected;
import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/**
 * Refuses pages of other origins (RFC 6455 section 10.2): the list of the path, else of the node,
 * else only the host and port that the request itself names. A path may decide by code, too.
 */
@Interceptor
@OriginAllowed
@Priority(HandshakePriorities.ORIGIN)
final class OriginRule {
    private static final Rejected REFUSED =
            Rejected.of(403, "origin", "This origin is not allowed.");
    private static final Rejected MISSING = Rejected.of(403, "origin", "An Origin is required.");

    private final List<OriginPattern> nodes;
    private final boolean required;

    /** By the texts of a route; as many as there are routes. */
    private final ConcurrentHashMap<List<String>, List<OriginPattern>> ofRoutes =
            new ConcurrentHashMap<>();

    @Inject
    OriginRule(HandshakeSettings settings) {
        nodes = settings.originPatterns();
        required = settings.requireOrigin();
    }

    @AroundInvoke
    Object decide(InvocationContext context) throws Exception {
        UpgradeAttempt attempt = UpgradeAttempt.of(context);
        List<String> origins = attempt.request().headers("Origin");
        if (origins.isEmpty()) {
            return required ? MISSING.asStage() : context.proceed();
        }
        return origins.size() == 1 && isAllowed(attempt, origins.get(0))
                ? context.proceed()
                : REFUSED.asStage();
    }

    private boolean isAllowed(UpgradeAttempt attempt, String text) {
        Origin origin = Origin.parse(text.strip()); // "null" is none
        if (origin == null) {
            return false;
        }
        Optional<RoutePolicy> route = attempt.request().route();
        BooleanSupplier rules = () -> isListed(attempt, origin);
        Boolean chosen = route.map(path -> path.choices().allowsOrigin(text, rules)).orElse(null);
        if (chosen != null && (!chosen || route.get().allowedOrigins() == null)) {
            return chosen;
        }
        return rules.getAsBoolean();
    }

    private boolean isListed(UpgradeAttempt attempt, Origin origin) {
        List<OriginPattern> allowed = attempt.request().route().map(this::patternsOf).orElse(nodes);
        return allowed.isEmpty()
                ? attempt.client().isCalledFrom(origin)
                : allowed.stream().anyMatch(pattern -> pattern.matches(origin));
    }

    private List<OriginPattern> patternsOf(RoutePolicy route) {
        return route.allowedOrigins() == null
                ? nodes
                : ofRoutes.computeIfAbsent(
                        route.allowedOrigins(), texts -> OriginPattern.parseAll("", texts));
    }
}
