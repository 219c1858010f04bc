package io.highwater.handshake.rule;

import io.highwater.handshake.HandshakePriorities;
import io.highwater.handshake.HandshakeRule;
import io.highwater.handshake.UpgradeAttempt;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeDecision.Rejected;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.identity.Identity;
import io.highwater.identity.TokenFault;
import io.highwater.identity.TokenVerdict;
import io.highwater.identity.Tokens;
import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Says who the client is, by the token that it presents (RFC 6750), else by the certificate of its
 * TLS handshake, and refuses bad tokens. A token that a browser sent by itself, in a cookie, needs
 * an Origin, which {@link OriginRule} has allowed by then: else any page could open a WebSocket in
 * its visitor's name.
 */
@Interceptor
@Identified
@Priority(HandshakePriorities.IDENTITY)
final class IdentityRule extends HandshakeRule {
    private static final String CHALLENGE = "WWW-Authenticate";
    private static final String REALM = "Bearer realm=\"highwater\"";

    /** Without an error code, as RFC 6750 section 3.1 asks where nothing was presented. */
    private static final Rejected MISSING =
            Rejected.of(401, "token_missing", "A token is required.").withHeader(CHALLENGE, REALM);

    private static final Rejected DIFFERENT =
            faulty(400, "tokens_differ", "invalid_request", "There is more than one token.");

    private static final Rejected NO_ORIGIN =
            Rejected.of(403, "origin", "A token in a cookie needs an Origin.");

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final @Nullable Tokens tokens;

    @Inject
    IdentityRule(NodeTokens node) {
        tokens = node.tokens();
    }

    @Override
    protected CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt, Next next) {
        UpgradeRequest request = attempt.request();
        if (tokens == null) {
            return decideByCertificate(request, next);
        }
        PresentedToken presented = PresentedToken.of(request, tokens.settings());
        if (!presented.isNone()) {
            return decide(request, presented, tokens, next);
        }
        return tokens.settings().required() && subject(request) == null
                ? MISSING.asStage()
                : decideByCertificate(request, next);
    }

    private static CompletionStage<UpgradeDecision> decideByCertificate(
            UpgradeRequest request, Next next) {
        Identity subject = subject(request);
        return subject == null ? next.decide() : decide(subject, next);
    }

    /**
     * The certificate's subject as RFC 2253 writes it, such as {@code CN=meter-17,O=Example}; null
     * if there is no certificate, or if it names nobody.
     */
    private static @Nullable Identity subject(UpgradeRequest request) {
        X509Certificate certificate = request.clientCertificate();
        String name = certificate == null ? "" : certificate.getSubjectX500Principal().getName();
        return certificate == null || name.isEmpty()
                ? null
                : Identity.of(name).withExpiry(certificate.getNotAfter().toInstant());
    }

    private static CompletionStage<UpgradeDecision> decide(Identity identity, Next next) {
        return next.decide().thenApply(decision -> decision.withIdentity(identity));
    }

    private static CompletionStage<UpgradeDecision> decide(
            UpgradeRequest request, PresentedToken presented, Tokens tokens, Next next) {
        String token = presented.one();
        if (token == null) {
            return DIFFERENT.asStage();
        }
        if (presented.isOfCookieAlone() && request.header("Origin") == null) {
            return NO_ORIGIN.asStage();
        }
        return tokens.verify(token).thenCompose(verdict -> decide(verdict, next));
    }

    private static CompletionStage<UpgradeDecision> decide(TokenVerdict verdict, Next next) {
        if (verdict instanceof TokenVerdict.Known known) {
            return decide(known.identity(), next);
        }
        if (verdict instanceof TokenVerdict.Refused refused) {
            return faulty(401, "token_refused", "invalid_token", refused.fault().reason())
                    .asStage();
        }
        return Rejected.of(503, "token_unknown", ((TokenVerdict.Unknown) verdict).reason())
                .withRetryAfter(RETRY_AFTER)
                .asStage();
    }

    /**
     * @param error a code of RFC 6750 section 3.1
     * @param reason as {@link TokenFault#reason}: it may stand in quotation marks
     */
    private static Rejected faulty(int status, String outcome, String error, String reason) {
        return Rejected.of(status, outcome, reason)
                .withHeader(
                        CHALLENGE,
                        String.format(
                                "%s, error=\"%s\", error_description=\"%s\"",
                                REALM, error, reason));
    }
}
