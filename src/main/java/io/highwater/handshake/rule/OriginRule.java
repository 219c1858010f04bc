package io.highwater.handshake.rule;

import io.highwater.handshake.HandshakePriorities;
import io.highwater.handshake.HandshakeRule;
import io.highwater.handshake.HandshakeSettings;
import io.highwater.handshake.RoutePolicy;
import io.highwater.handshake.UpgradeAttempt;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeDecision.Rejected;
import io.highwater.handshake.address.Origin;
import io.highwater.handshake.address.OriginPattern;
import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Refuses pages of other origins (RFC 6455 section 10.2). The list of the path decides, else the
 * node's list; without a list, only the scheme, host and port that the request itself was sent to
 * are allowed, as far as they are known here. A path may also decide in code; it gets any Origin
 * text.
 */
@Interceptor
@OriginAllowed
@Priority(HandshakePriorities.ORIGIN)
final class OriginRule extends HandshakeRule {
    private static final String OUTCOME = "origin";
    private static final Rejected MISSING = Rejected.of(403, OUTCOME, "An Origin is required.");
    private static final Rejected DOUBLED =
            Rejected.of(403, OUTCOME, "There is more than one Origin.");

    /**
     * Longer than any real origin; of a longer one only the beginning is repeated to the client.
     */
    private static final int MOST_TOLD_CHARS = 300;

    private final List<OriginPattern> nodes;
    private final boolean required;

    /** Patterns by the texts of a route; one entry per distinct list of the routes. */
    private final ConcurrentHashMap<List<String>, List<OriginPattern>> ofRoutes =
            new ConcurrentHashMap<>();

    @Inject
    OriginRule(HandshakeSettings settings) {
        nodes = settings.originPatterns();
        required = settings.requireOrigin();
    }

    @Override
    protected CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt, Next next) {
        List<String> origins = attempt.request().headers("Origin");
        if (origins.isEmpty()) {
            return required ? MISSING.asStage() : next.decide();
        }
        if (origins.size() > 1) {
            return DOUBLED.asStage();
        }
        Rejected refused = refusal(attempt, origins.get(0).strip());
        return refused == null ? next.decide() : refused.asStage();
    }

    /** Null if the origin is allowed. */
    private @Nullable Rejected refusal(UpgradeAttempt attempt, String text) {
        Optional<RoutePolicy> route = attempt.request().route();
        boolean own = route.isPresent() && route.get().allowedOrigins() != null;
        BooleanSupplier rules = () -> isListed(attempt, text);
        Boolean chosen = route.map(path -> path.choices().allowsOrigin(text, rules)).orElse(null);
        if (chosen != null && (!chosen || !own)) {
            return chosen ? null : refused(text, "the endpoint's checkOrigin decides");
        }
        if (rules.getAsBoolean()) {
            return null;
        }
        return refused(
                text,
                own
                        ? "the endpoint's @AllowedOrigins decides"
                        : "highwater.handshake.allowed-origins decides, by default the scheme, host"
                                + " and port of the request");
    }

    private boolean isListed(UpgradeAttempt attempt, String text) {
        Origin origin = Origin.parse(text);
        List<OriginPattern> allowed = attempt.request().route().map(this::patternsOf).orElse(nodes);
        return allowed.isEmpty()
                ? origin != null && attempt.client().isCalledFrom(origin)
                : allowed.stream().anyMatch(pattern -> pattern.matches(text, origin));
    }

    private static Rejected refused(String origin, String who) {
        return Rejected.of(
                403, OUTCOME, "Origin " + told(origin) + " is not allowed: " + who + ".");
    }

    /** The client's own text, sent back as plain text. */
    private static String told(String origin) {
        String told =
                origin.length() > MOST_TOLD_CHARS
                        ? origin.substring(0, MOST_TOLD_CHARS) + "…"
                        : origin;
        return told.chars()
                .mapToObj(c -> c < ' ' || c == 0x7F ? "?" : Character.toString((char) c))
                .collect(Collectors.joining("", "\"", "\""));
    }

    private List<OriginPattern> patternsOf(RoutePolicy route) {
        return route.allowedOrigins() == null
                ? nodes
                : ofRoutes.computeIfAbsent(
                        route.allowedOrigins(), texts -> OriginPattern.parseAll("", texts));
    }
}
