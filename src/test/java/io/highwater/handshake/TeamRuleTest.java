package io.highwater.handshake;

import static io.highwater.testing.FakeUpgradeRequest.extendedConnect;
import static io.highwater.testing.FakeUpgradeRequest.upgrade;
import static io.highwater.testing.SettingsBuilder.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.highwater.handshake.UpgradeDecision.Accepted;
import io.highwater.handshake.UpgradeDecision.Lease;
import io.highwater.handshake.UpgradeDecision.Rejected;
import io.highwater.identity.Identity;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeUpgradeRequest.FakeScope;
import io.highwater.testing.LogCapture;
import io.highwater.testing.RouteBuilder;
import io.highwater.testing.RulesContainer;
import io.highwater.testing.SettingsBuilder;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.spi.DefinitionException;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InterceptorBinding;
import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A team's own rules: how they join, and that nothing they do costs the node a place. */
final class TeamRuleTest {
    @InterceptorBinding
    @Retention(RetentionPolicy.RUNTIME)
    @interface Early {}

    @InterceptorBinding
    @Retention(RetentionPolicy.RUNTIME)
    @interface Tenant {
        String value();
    }

    @InterceptorBinding
    @Retention(RetentionPolicy.RUNTIME)
    @interface Foreign {}

    @PerNode
    static final class Journal {
        final List<String> lines = new CopyOnWriteArrayList<>();
        final AtomicInteger released = new AtomicInteger();
        final CompletableFuture<Void> gate = new CompletableFuture<>();
    }

    @Interceptor
    @Early
    @Priority(HandshakePriorities.CONNECTIONS - 10)
    static class EarlyRule extends HandshakeRule {
        @Inject Journal journal;

        @Override
        protected CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt, Next next) {
            journal.lines.add("early");
            return next.decide();
        }
    }

    /** Does what the header X-Team says. */
    @Interceptor
    @Tenant("team")
    @Priority(HandshakePriorities.PATH + 10)
    static class TenantRule extends HandshakeRule {
        @Inject Journal journal;

        @Override
        protected CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt, Next next) {
            journal.lines.add("tenant");
            attempt.hold(journal.released::incrementAndGet);
            String order = attempt.request().header("X-Team");
            if (order == null) {
                return next.decide();
            }
            return switch (order) {
                case "refuse" -> Rejected.of(403, "tenant_unknown", "No tenant.").asStage();
                case "accept" -> next.decide().thenApply(d -> withLease((Accepted) d));
                case "know" -> next.decide().thenApply(d -> d.withIdentity(Identity.of("u-17")));
                case "turn" -> next.decide().thenApply(d -> Rejected.of(403, "turned", "No."));
                case "later" -> journal.gate.thenCompose(ok -> next.decide());
                case "throw" -> throw new IllegalStateException("rule");
                case "error" -> throw new AssertionError("rule");
                case "fail" -> CompletableFuture.failedStage(new IOException("backend"));
                case "late throw" ->
                        next.decide()
                                .thenApply(
                                        d -> {
                                            throw new IllegalStateException("late");
                                        });
                case "null" -> null;
                case "null later" -> CompletableFuture.completedStage(null);
                case "bad lease" -> {
                    attempt.hold(
                            () -> {
                                throw new IllegalStateException("lease");
                            });
                    attempt.hold(journal.released::incrementAndGet);
                    yield next.decide();
                }
                case "broken lease" -> {
                    attempt.hold(
                            () -> {
                                throw new NoClassDefFoundError("lease");
                            });
                    attempt.hold(journal.released::incrementAndGet);
                    yield next.decide();
                }
                case "accept broken" ->
                        next.decide().thenApply(d -> ((Accepted) d).withLease(new BrokenLease()));
                default -> throw new AssertionError(order);
            };
        }

        private Accepted withLease(Accepted accepted) {
            Lease own = journal.released::incrementAndGet;
            return accepted.withLease(own);
        }
    }

    /** Its classes went with their web application. */
    private static final class BrokenLease implements Lease {
        @Override
        public void release() {
            throw new NoClassDefFoundError("lease");
        }

        @Override
        public boolean mayBlock() {
            throw new NoClassDefFoundError("lease");
        }
    }

    @Interceptor
    @Early
    static class NoPriorityRule extends HandshakeRule {
        @Override
        protected CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt, Next next) {
            return next.decide();
        }
    }

    @Interceptor
    @Early
    @Priority(HandshakePriorities.ORIGIN)
    static class SamePriorityRule extends HandshakeRule {
        @Override
        protected CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt, Next next) {
            return next.decide();
        }
    }

    @Interceptor
    @Early
    @Foreign
    @Priority(1)
    static class ManyBindingsRule extends HandshakeRule {
        @Inject Journal journal;

        @Override
        protected CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt, Next next) {
            journal.lines.add("many");
            return next.decide();
        }
    }

    @Interceptor
    @Priority(2)
    static class UnboundRule extends HandshakeRule {
        @Override
        protected CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt, Next next) {
            return next.decide();
        }
    }

    @Early
    @PerNode
    @Priority(3)
    static class PlainRule extends HandshakeRule {
        @Override
        protected CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt, Next next) {
            return next.decide();
        }
    }

    @Interceptor
    @Tenant("other")
    @Priority(HandshakePriorities.PATH + 20)
    static class OtherTenantRule extends HandshakeRule {
        @Override
        protected CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt, Next next) {
            return next.decide();
        }
    }

    private static RulesContainer withTeam(SettingsBuilder settings) {
        return new RulesContainer(
                settings.build(), Journal.class, EarlyRule.class, TenantRule.class);
    }

    @Test
    void aRuleIsAskedAtItsPriority() {
        try (RulesContainer rules = withTeam(settings().connections(2, 0))) {
            List<String> lines = rules.get(Journal.class).lines;
            rules.accept(upgrade());
            assertThat(lines).containsExactly("early", "tenant");
            lines.clear();
            rules.reject(upgrade().route(null)); // before the tenant's
            assertThat(lines).containsExactly("early");
            lines.clear();
            rules.reject(
                    extendedConnect().route(RouteBuilder.route().requiresSubprotocol().build()));
            assertThat(lines).containsExactly("early", "tenant");
            rules.accept(upgrade());
            lines.clear();
            assertThat(rules.reject(upgrade()).outcome()).isEqualTo("connections");
            assertThat(lines).containsExactly("early");
        }
    }

    @Test
    void aRulesRefusalIsCountedInItsOwnWord() {
        try (RulesContainer rules = withTeam(settings())) {
            Rejected rejected = rules.reject(upgrade().header("X-Team", "refuse"));
            assertThat(rejected.status()).isEqualTo(403);
            assertThat(rules.outcomes).containsExactly("tenant_unknown");
            assertThat(rules.placesTaken()).isZero();
            assertThat(rules.get(Journal.class).released).hasValue(1);
        }
    }

    @Test
    void aRuleSaysWhoTheClientIs() {
        try (RulesContainer rules = withTeam(settings())) {
            Accepted known = rules.accept(upgrade().header("X-Team", "know"));
            assertThat(known.identity()).isEqualTo(Identity.of("u-17"));
            assertThat(rules.accept(upgrade()).identity()).isSameAs(Identity.ANONYMOUS);
        }
    }

    @Test
    void whatRulesHoldIsReleasedOnceWithTheSession() {
        try (RulesContainer rules = withTeam(settings())) {
            AtomicInteger released = rules.get(Journal.class).released;
            Accepted accepted = rules.accept(upgrade().header("X-Team", "accept"));
            assertThat(released).hasValue(0);
            assertThat(rules.placesTaken()).isEqualTo(1);
            accepted.lease().release();
            accepted.lease().release();
            assertThat(released).as("the one held and the decision's own").hasValue(2);
            assertThat(rules.placesTaken()).isZero();
        }
    }

    @Test
    void whatALaterRuleRefusesGivesBackWhatEarlierOnesHold() {
        try (RulesContainer rules = withTeam(settings())) {
            rules.reject(upgrade().route(RouteBuilder.route().requiresSubprotocol().build()));
            assertThat(rules.get(Journal.class).released).hasValue(1);
            assertThat(rules.placesTaken()).isZero();
        }
    }

    @Test
    void aRuleThatTurnsAnAcceptanceDownGivesThePlaceBack() {
        try (RulesContainer rules = withTeam(settings())) {
            assertThat(rules.reject(upgrade().header("X-Team", "turn")).outcome())
                    .isEqualTo("turned");
            assertThat(rules.placesTaken()).isZero();
            assertThat(rules.outcomes).containsExactly("turned");
        }
    }

    @Test
    void aRuleMayProceedLaterOnAnotherThread() throws Exception {
        try (RulesContainer rules = withTeam(settings().rate(1, 1))) {
            FakeScope connection = new FakeScope();
            CompletableFuture<UpgradeDecision> answer =
                    rules.ask(
                                    extendedConnect()
                                            .on(connection)
                                            .route(RouteBuilder.route().speaks("a").build())
                                            .header("Sec-WebSocket-Protocol", "a")
                                            .header("X-Team", "later"))
                            .toCompletableFuture();
            assertThat(answer).isNotDone();
            assertThat(rules.placesTaken()).isEqualTo(1);
            Thread other = new Thread(() -> rules.get(Journal.class).gate.complete(null));
            other.start();
            Accepted accepted = (Accepted) answer.get(10, TimeUnit.SECONDS);
            assertThat(accepted.subprotocol()).isEqualTo("a");
            assertThat(rules.outcomes).containsExactly("accepted");
            other.join(10_000);
            accepted.lease().release();
            assertThat(rules.placesTaken()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"throw", "error", "fail", "late throw", "null", "null later"})
    void aRuleThatFailsIsA500AndGivesThePlaceBack(String order) {
        try (RulesContainer rules = withTeam(settings());
                LogCapture log = new LogCapture(HandshakeRules.class)) {
            Rejected rejected = rules.reject(upgrade().header("X-Team", order));
            assertThat(rejected.status()).isEqualTo(500);
            assertThat(rules.outcomes).containsExactly("error");
            assertThat(rules.placesTaken()).isZero();
            assertThat(rules.get(Journal.class).released).hasValue(1);
            assertThat(log.events()).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"throw, true", "fail, false"})
    void aFaultShowsItsStackOnceAndAServiceThatIsDownNone(String order, boolean shown) {
        try (RulesContainer rules = withTeam(settings());
                LogCapture log = new LogCapture(HandshakeRules.class)) {
            rules.reject(upgrade().header("X-Team", order));
            rules.reject(upgrade().header("X-Team", order));
            assertThat(log.events())
                    .extracting(ILoggingEvent::getThrowableProxy)
                    .satisfiesExactly(
                            first -> assertThat(first != null).isEqualTo(shown),
                            second -> assertThat(second).isNull());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bad lease", "broken lease"})
    void aLeaseThatThrowsKeepsNoOtherFromBeingReleased(String order) {
        try (RulesContainer rules = withTeam(settings());
                LogCapture log = new LogCapture(HeldLeases.class)) {
            Accepted accepted = rules.accept(upgrade().header("X-Team", order));
            accepted.lease().release();
            assertThat(rules.get(Journal.class).released).as("one before, one after").hasValue(2);
            assertThat(rules.placesTaken()).isZero();
            assertThat(log.events()).hasSize(1);
        }
    }

    @Test
    void aSessionsOwnLeaseThatIsBrokenCostsNoPlace() {
        try (RulesContainer rules = withTeam(settings())) {
            Accepted accepted = rules.accept(upgrade().header("X-Team", "accept broken"));
            accepted.lease().release();
            assertThat(rules.placesTaken()).isZero();
        }
    }

    @Test
    void whatIsHeldAfterTheEndIsReleasedAtOnce() {
        AtomicInteger released = new AtomicInteger();
        HeldLeases refused = new HeldLeases(LogLimit.none());
        refused.add(released::incrementAndGet);
        refused.release();
        refused.add(released::incrementAndGet);
        assertThat(released).hasValue(2);

        HeldLeases accepted = new HeldLeases(LogLimit.none());
        Lease session = accepted.handOver();
        accepted.add(released::incrementAndGet);
        assertThat(released).hasValue(3);
        session.release();
        assertThat(released).hasValue(3);
    }

    @Test
    void aRuleWithoutPriorityIsNotDeployed() {
        assertRefused(
                "TeamRuleTest$NoPriorityRule is a handshake rule and has no @Priority",
                NoPriorityRule.class);
    }

    @Test
    void twoRulesOfOnePriorityAreNotDeployed() {
        assertRefused("are handshake rules of one @Priority, 1300", SamePriorityRule.class);
    }

    @Test
    void aRuleOfSeveralBindingsIsAsked() {
        try (RulesContainer rules =
                new RulesContainer(settings().build(), Journal.class, ManyBindingsRule.class)) {
            rules.accept(upgrade());
            assertThat(rules.get(Journal.class).lines).containsExactly("many");
        }
    }

    @Test
    void aRuleWithoutABindingIsNotDeployed() {
        assertRefused(
                "TeamRuleTest$UnboundRule is a handshake rule and would never be asked: it is no"
                        + " @Interceptor with an interceptor binding",
                UnboundRule.class);
    }

    @Test
    void aRuleThatIsNoInterceptorIsNotDeployed() {
        assertRefused(
                "TeamRuleTest$PlainRule is a handshake rule and would never be asked",
                PlainRule.class);
    }

    @Test
    void aBindingOfTwoValuesIsNotDeployed() {
        assertRefused(
                "its binding @Tenant has other values",
                Journal.class,
                TenantRule.class,
                OtherTenantRule.class);
    }

    private static void assertRefused(String line, Class<?>... classes) {
        try (LogCapture log = new LogCapture(HandshakeExtension.class)) {
            assertThatThrownBy(() -> new RulesContainer(settings().build(), classes).close())
                    .isInstanceOf(DefinitionException.class)
                    .hasMessageContaining(line);
            assertThat(log.events())
                    .singleElement()
                    .satisfies(
                            event -> {
                                assertThat(event.getFormattedMessage()).contains(line);
                                assertThat(event.getFormattedMessage()).doesNotContain("\n");
                                assertThat(event.getThrowableProxy()).isNull();
                            });
        }
    }
}
