package io.highwater.wire.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.highwater.handshake.DeflatePolicy;
import io.highwater.handshake.Handshake;
import io.highwater.handshake.HandshakeObserver;
import io.highwater.handshake.RoutePolicy;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.handshake.UpgradeRequest.Kind;
import io.highwater.identity.Identity;
import io.highwater.limits.Account;
import io.highwater.limits.AddressLimits;
import io.highwater.limits.Ledger;
import io.highwater.limits.LimitSettings;
import io.highwater.limits.LimitsObserver;
import io.highwater.limits.Payers;
import io.highwater.log.LogLimit;
import io.highwater.testing.Unbounded;
import io.highwater.time.TimerWheel;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.Gate;
import io.highwater.wire.Opcode;
import io.highwater.wire.Route;
import io.highwater.wire.WireAcceptor;
import io.highwater.wire.WireListener;
import io.highwater.wire.WireObserver;
import io.highwater.wire.WireSettings;
import io.highwater.wire.deflate.DeflateObserver;
import io.highwater.wire.deflate.DeflateSettings;
import io.highwater.wire.engine.ReadBuffers;
import io.highwater.wire.engine.Waker;
import io.highwater.wire.engine.WireContext;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Every stack's handshakes are decided, charged, opened and given back alike. */
final class UpgradesTest {
    /** RFC 6455 section 1.3. */
    private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

    private static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    private final List<String> counted = new ArrayList<>();
    private final AtomicInteger released = new AtomicInteger();
    private final TimerWheel wheel = new TimerWheel(0);

    /** Handshakes may keep 35,000 bytes, and an address a quarter: two at 3,000. */
    private final Ledger ledger =
            new Ledger(
                    new LimitSettings(1, 0.25, AddressLimits.defaults()),
                    700_000,
                    new Payers(AddressLimits.defaults(), address -> false, () -> 0),
                    LimitsObserver.NONE,
                    () -> 0,
                    LogLimit.none());

    private final Rules rules = new Rules();
    private final Upgrades upgrades =
            new Upgrades(
                    rules,
                    path -> route(accepting(), null),
                    new WireContext(
                            wheel,
                            new ReadBuffers(),
                            new WireObserver() {},
                            ledger,
                            Waker.AT_ONCE,
                            LogLimit.none()),
                    Unbounded.deflate(
                            DeflateSettings.defaults(),
                            1 << 20,
                            wheel,
                            Runnable::run,
                            DeflateObserver.NONE),
                    new HandshakeObserver() {
                        @Override
                        public void onDecided(String outcome) {
                            counted.add(outcome);
                        }
                    });

    private static Route route(WireAcceptor acceptor, @Nullable Gate gate) {
        return new Route(
                RoutePolicy.of("/x"),
                new WireSettings(100_000, Duration.ofSeconds(30), Duration.ofSeconds(10)),
                Route.SAME_THREAD,
                Route.Lifecycle.NON_BLOCKING,
                acceptor,
                gate);
    }

    private static WireAcceptor accepting() {
        return (wire, request, decision, headers) -> new Listener();
    }

    private FakeExchange exchange() {
        return exchange(accepting());
    }

    private static FakeExchange exchange(WireAcceptor acceptor) {
        FakeExchange exchange = new FakeExchange(Kind.UPGRADE, route(acceptor, null));
        exchange.headers.put("Sec-WebSocket-Key", KEY);
        return exchange;
    }

    private UpgradeDecision.Accepted accepted() {
        return new UpgradeDecision.Accepted(
                InetAddress.getLoopbackAddress(),
                Identity.ANONYMOUS,
                null,
                DeflatePolicy.OFF,
                released::incrementAndGet);
    }

    private long keptBytes() {
        return ledger.book(Account.HANDSHAKES).bytes();
    }

    // Accepted.

    @Test
    void anUpgradeIsAnsweredOnTheThreadThatReadsWithItsKeysProof() {
        FakeExchange exchange = exchange();
        upgrades.decide(exchange);
        assertThat(exchange.answers).containsExactly("accepted");
        assertThat(exchange.tasks).isEmpty();
        assertThat(exchange.accepted.all())
                .containsEntry("Upgrade", List.of("websocket"))
                .containsEntry("Connection", List.of("Upgrade"))
                .containsEntry("Sec-WebSocket-Accept", List.of(ACCEPT))
                .hasSize(3);
        assertThat(released).hasValue(0);
    }

    @Test
    void anExtendedConnectHasNoProofAndNoUpgrade() {
        FakeExchange exchange = new FakeExchange(Kind.EXTENDED_CONNECT, route(accepting(), null));
        upgrades.decide(exchange);
        assertThat(exchange.answers).containsExactly("accepted");
        assertThat(exchange.accepted.all()).isEmpty();
    }

    @Test
    void whatWasNegotiatedIsInTheAnswerAndTheAcceptorHasTheLastWord() {
        rules.decision =
                () ->
                        new UpgradeDecision.Accepted(
                                        InetAddress.getLoopbackAddress(),
                                        Identity.ANONYMOUS,
                                        "chosen",
                                        DeflatePolicy.SHARED,
                                        released::incrementAndGet)
                                .asStage();
        FakeExchange exchange =
                exchange(
                        (wire, request, decision, headers) -> {
                            assertThat(headers.all())
                                    .containsEntry("Sec-WebSocket-Protocol", List.of("chosen"));
                            headers.subprotocol("better");
                            headers.add("X-More", "1");
                            return new Listener();
                        });
        exchange.headers.put("Sec-WebSocket-Extensions", "permessage-deflate");
        upgrades.decide(exchange);
        List<String> sent = new ArrayList<>();
        exchange.accepted.forEach((name, value) -> sent.add(name + ": " + value));
        assertThat(sent)
                .contains("Sec-WebSocket-Protocol: better", "X-More: 1")
                .doesNotContain("Sec-WebSocket-Protocol: chosen")
                .anyMatch(header -> header.startsWith("Sec-WebSocket-Extensions: permessage-de"));
    }

    @Test
    void aSessionThatCanNotBeMadeGivesItsPlaceBack() {
        FakeExchange exchange =
                exchange(
                        (wire, request, decision, headers) -> {
                            throw new IllegalStateException("thrown by a test");
                        });
        upgrades.decide(exchange);
        assertThat(exchange.answers).containsExactly("failed");
        assertThat(released).hasValue(1);
    }

    @Test
    void aHandshakeThatIsAcceptedWhereNothingIsDeployedGivesItsPlaceBack() {
        FakeExchange exchange = new FakeExchange(Kind.UPGRADE, null);
        upgrades.decide(exchange);
        assertThat(exchange.answers).containsExactly("failed");
        assertThat(released).hasValue(1);
    }

    @Test
    void anUpgradeThatDoesNotHappenGivesItsPlaceBack() {
        FakeExchange exchange = exchange();
        upgrades.decide(exchange);
        exchange.wire.onNeverOpened();
        assertThat(released).hasValue(1);
    }

    // Gates.

    private static FakeExchange gated() {
        Gate gate =
                new Gate() {
                    @Override
                    public boolean isGuarded() {
                        return true;
                    }

                    @Override
                    public void open() {}
                };
        return new FakeExchange(Kind.EXTENDED_CONNECT, route(accepting(), gate));
    }

    @Test
    void aGateIsPassedElsewhereBeforeAnythingIsMade() {
        FakeExchange exchange = gated();
        upgrades.decide(exchange);
        assertThat(exchange.answers).isEmpty();
        exchange.runTasks();
        assertThat(exchange.answers).containsExactly("gate");
        assertThat(exchange.wire).isNull();
        assertThat(keptBytes()).isZero();
        exchange.admission.open(exchange.request()).run();
        assertThat(exchange.answers).containsExactly("gate", "accepted");
        assertThat(released).hasValue(0);
    }

    @Test
    void whatAGateDoesNotLetPassIsGivenBack() {
        FakeExchange exchange = gated();
        upgrades.decide(exchange);
        exchange.runTasks();
        exchange.admission.giveUp();
        assertThat(released).hasValue(1);
    }

    @Test
    void whatFindsNoThreadForItsGateIsRefusedAndGivenBack() {
        List<FakeExchange> waiting = List.of(gated(), gated());
        waiting.forEach(upgrades::decide);
        FakeExchange exchange = gated();
        upgrades.decide(exchange);
        assertThat(exchange.answers).containsExactly("end", "503");
        assertThat(released).hasValue(1);
        assertThat(counted).containsExactly("handshakes");
    }

    // Refused.

    @Test
    void aRefusalIsAnsweredElsewhereAndCountedByTheRulesAlone() {
        rules.decision = () -> UpgradeDecision.Rejected.of(403, "test", "No.").asStage();
        FakeExchange exchange = exchange();
        upgrades.decide(exchange);
        assertThat(exchange.answers).isEmpty();
        exchange.runTasks();
        assertThat(exchange.answers).containsExactly("403");
        assertThat(exchange.rejected.headers())
                .containsEntry("Content-Type", "text/plain; charset=utf-8");
        assertThat(StandardCharsets.UTF_8.decode(exchange.rejected.body()).toString())
                .isEqualTo("No.\n");
        assertThat(counted).isEmpty();
        assertThat(keptBytes()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"PT0S, 1", "PT0.001S, 1", "PT1S, 1", "PT1.001S, 2", "PT59.5S, 60"})
    void retryAfterIsRoundedUpToWholeSeconds(Duration after, String seconds) {
        RejectedAnswer answer =
                RejectedAnswer.of(
                        UpgradeDecision.Rejected.of(429, "test", "Later.").withRetryAfter(after));
        assertThat(answer.headers()).containsEntry("Retry-After", seconds);
    }

    @Test
    void whatHttpItselfForbidsIsCountedThoughNoRuleIsAsked() {
        rules.decision =
                () -> {
                    throw new AssertionError("asked");
                };
        FakeExchange exchange = exchange();
        upgrades.refuse(exchange, UpgradeDecision.Rejected.of(400, "body", "No body."));
        exchange.runTasks();
        assertThat(exchange.answers).containsExactly("400");
        assertThat(counted).containsExactly("body");
    }

    @Test
    void rulesThatMayBlockRunElsewhereAndNoMoreThanTheAccountHolds() {
        rules.mayBlock = true;
        List<FakeExchange> waiting = List.of(exchange(), exchange());
        waiting.forEach(upgrades::decide);
        FakeExchange third = exchange();
        upgrades.decide(third);
        assertThat(third.answers).as("the last on its connection").containsExactly("end", "503");
        assertThat(third.rejected.headers()).containsEntry("Retry-After", "1");
        assertThat(counted).containsExactly("handshakes");
        waiting.forEach(FakeExchange::runTasks);
        assertThat(waiting)
                .allSatisfy(exchange -> assertThat(exchange.answers).containsExactly("accepted"));
        assertThat(keptBytes()).isZero();
    }

    // What fails.

    private enum Failure {
        THROWN {
            @Override
            CompletionStage<UpgradeDecision> stage() {
                throw new IllegalStateException("thrown by a test");
            }
        },
        STAGE {
            @Override
            CompletionStage<UpgradeDecision> stage() {
                return CompletableFuture.failedStage(new IllegalStateException("of a test"));
            }
        };

        abstract CompletionStage<UpgradeDecision> stage();
    }

    @ParameterizedTest
    @EnumSource
    void rulesThatFailAreAnsweredOnWhateverThread(Failure failure) {
        rules.decision = failure::stage;
        FakeExchange here = exchange();
        upgrades.decide(here);
        assertThat(here.answers).containsExactly("failed");
        rules.mayBlock = true;
        FakeExchange there = exchange();
        upgrades.decide(there);
        there.runTasks();
        assertThat(there.answers).containsExactly("failed");
        assertThat(keptBytes()).isZero();
    }

    @Test
    void anExecutorThatTakesNothingLeavesNothingCharged() {
        rules.mayBlock = true;
        FakeExchange exchange = exchange();
        exchange.executes = false;
        upgrades.decide(exchange);
        assertThat(exchange.answers).containsExactly("failed");
        assertThat(keptBytes()).isZero();
    }

    @Test
    void aHeaderWithoutAValueIsRefusedWhereItIsAdded() {
        FakeExchange exchange = exchange();
        upgrades.decide(exchange);
        assertThatThrownBy(() -> exchange.accepted.add("X", null))
                .isInstanceOf(NullPointerException.class);
    }

    private final class Rules implements Handshake {
        Supplier<CompletionStage<UpgradeDecision>> decision = () -> accepted().asStage();
        boolean mayBlock;

        @Override
        public CompletionStage<UpgradeDecision> decide(UpgradeRequest request) {
            return decision.get();
        }

        @Override
        public boolean mayBlock(UpgradeRequest request) {
            return mayBlock;
        }
    }

    /** Hears nothing: no test sends it anything. */
    private static final class Listener implements WireListener {
        @Override
        public void onOpen() {}

        @Override
        public void onFragment(Opcode opcode, ByteBuffer payload, boolean last) {}

        @Override
        public void onWritable() {}

        @Override
        public void onClosed(CloseStatus status) {}
    }
}
