package io.highwater.handshake.rule;

import static io.highwater.testing.FakeUpgradeRequest.extendedConnect;
import static io.highwater.testing.FakeUpgradeRequest.upgrade;
import static io.highwater.testing.RouteBuilder.route;
import static io.highwater.testing.SettingsBuilder.settings;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.highwater.handshake.HandshakePriorities;
import io.highwater.handshake.HandshakeRule;
import io.highwater.handshake.RoutePolicy;
import io.highwater.handshake.UpgradeAttempt;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeDecision.Accepted;
import io.highwater.handshake.UpgradeDecision.Rejected;
import io.highwater.identity.Identity;
import io.highwater.identity.KeySource;
import io.highwater.identity.TokenSettings;
import io.highwater.identity.Tokens;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.FakeUpgradeRequest;
import io.highwater.testing.RulesContainer;
import io.highwater.time.TimerWheel;
import jakarta.annotation.Priority;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who the rules take a client for, by its token and by a team's own rule. */
final class IdentityTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final byte[] SECRET = "a secret of thirty-two bytes, ok".getBytes();

    @TempDir private Path folder;
    private Tokens tokens;

    @InterceptorBinding
    @Retention(RetentionPolicy.RUNTIME)
    @interface Portal {}

    @Interceptor
    @Portal
    @Priority(HandshakePriorities.IDENTITY - 10)
    static class PortalRule extends HandshakeRule {
        @Override
        protected CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt, Next next) {
            return next.decide()
                    .thenApply(
                            decision ->
                                    decision instanceof Accepted accepted
                                                    && accepted.identity().isAnonymous()
                                            ? decision.withIdentity(Identity.of("portal"))
                                            : decision);
        }
    }

    @BeforeEach
    void makeTokens() throws Exception {
        Path file = Files.write(folder.resolve("secret"), SECRET);
        tokens =
                Tokens.of(
                        new TokenSettings(
                                new KeySource.SecretFile(file),
                                null,
                                null,
                                List.of(),
                                false,
                                "session",
                                null),
                        new TimerWheel(0),
                        new FakeTicker(),
                        () -> NOW,
                        Runnable::run,
                        LogLimit.none());
    }

    private static String token(String subject) throws Exception {
        SignedJWT token =
                new SignedJWT(
                        new JWSHeader(JWSAlgorithm.HS256),
                        new JWTClaimsSet.Builder()
                                .subject(subject)
                                .expirationTime(new Date(NOW + 60_000))
                                .build());
        token.sign(new MACSigner(SECRET));
        return token.serialize();
    }

    private RulesContainer rules(Class<?>... team) {
        return new RulesContainer(settings().build(), null, tokens, team);
    }

    @Test
    void tokenNamesTheClientOverBothKindsOfHandshake() throws Exception {
        try (RulesContainer rules = rules()) {
            String header = "Bearer " + token("u-17");
            assertThat(rules.accept(upgrade().header("Authorization", header)).identity().subject())
                    .isEqualTo("u-17");
            assertThat(
                            rules.accept(extendedConnect().header("Authorization", header))
                                    .identity()
                                    .subject())
                    .isEqualTo("u-17");
            assertThat(rules.accept(upgrade()).identity().isAnonymous()).isTrue();
        }
    }

    @Test
    void otherSchemesAreOfOthers() {
        try (RulesContainer rules = rules()) {
            for (String other : List.of("Basic dTpw", "Bearer", "BearerX y", "")) {
                assertThat(
                                rules.accept(upgrade().header("Authorization", other))
                                        .identity()
                                        .isAnonymous())
                        .isTrue();
            }
        }
    }

    @Test
    void emptyTokenIsABadOne() {
        try (RulesContainer rules = rules()) {
            assertThat(rules.reject(upgrade().header("Authorization", "Bearer  ")).status())
                    .isEqualTo(401);
        }
    }

    @Test
    void endpointThatChoosesInCodeDoesNotSeeTheToken() throws Exception {
        List<String> seen = new ArrayList<>();
        RoutePolicy.Choices first =
                new RoutePolicy.Choices() {
                    @Override
                    public String chooseSubprotocol(List<String> offered) {
                        seen.addAll(offered);
                        return offered.get(0);
                    }
                };
        try (RulesContainer rules = rules()) {
            FakeUpgradeRequest request =
                    upgrade()
                            .route(route().choices(first).build())
                            .header(
                                    "Sec-WebSocket-Protocol",
                                    "highwater.bearer." + token("u-17") + ", chat");
            Accepted accepted = rules.accept(request);
            assertThat(accepted.subprotocol()).isEqualTo("chat");
            assertThat(accepted.identity().subject()).isEqualTo("u-17");
            assertThat(seen).containsExactly("chat");
        }
    }

    @Test
    void cookieIsFoundAmongOthersAndInSeveralFields() throws Exception {
        try (RulesContainer rules = rules()) {
            for (String[] cookies :
                    new String[][] {
                        {"session=" + token("u-17")},
                        {"a=b; session=\"" + token("u-17") + "\" ;c=d"},
                        {"a=b", "session=" + token("u-17"), "session="}
                    }) {
                FakeUpgradeRequest request =
                        upgrade().header("Cookie", cookies).origin("http://example.com");
                assertThat(rules.accept(request).identity().subject()).isEqualTo("u-17");
            }
        }
    }

    @Test
    void cookieWithoutAnOriginIsRefusedUnlessTheTokenIsElsewhereToo() throws Exception {
        try (RulesContainer rules = rules()) {
            FakeUpgradeRequest request = upgrade().header("Cookie", "session=" + token("u-17"));
            Rejected rejected = rules.reject(request);
            assertThat(rejected.status()).isEqualTo(403);
            assertThat(rejected.outcome()).isEqualTo("origin");
            request.header("Authorization", "Bearer " + token("u-17"));
            assertThat(rules.accept(request).identity().subject()).isEqualTo("u-17");
        }
    }

    @Test
    void differentCookiesAreDifferentTokens() throws Exception {
        try (RulesContainer rules = rules()) {
            FakeUpgradeRequest request =
                    upgrade()
                            .origin("http://example.com")
                            .header(
                                    "Cookie",
                                    "session=" + token("u-17") + "; session=" + token("u-18"));
            assertThat(rules.reject(request).outcome()).isEqualTo("tokens_differ");
        }
    }

    @Test
    void refusedTokenGivesThePlaceBack() {
        try (RulesContainer rules = rules()) {
            rules.reject(upgrade().header("Authorization", "Bearer x.y.z"));
            assertThat(rules.placesTaken()).isZero();
            assertThat(rules.outcomes).containsExactly("token_refused");
        }
    }

    @Test
    void teamsRuleBeforeOursSeesWhomTheTokenNames() throws Exception {
        try (RulesContainer rules = rules(PortalRule.class)) {
            assertThat(rules.accept(upgrade()).identity().subject()).isEqualTo("portal");
            FakeUpgradeRequest request =
                    upgrade().header("Authorization", "Bearer " + token("u-17"));
            assertThat(rules.accept(request).identity().subject()).isEqualTo("u-17");
        }
    }
}
