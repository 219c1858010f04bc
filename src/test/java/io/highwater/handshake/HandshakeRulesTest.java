package io.highwater.handshake;

import static io.highwater.testing.FakeUpgradeRequest.extendedConnect;
import static io.highwater.testing.FakeUpgradeRequest.upgrade;
import static io.highwater.testing.RouteBuilder.route;
import static io.highwater.testing.SettingsBuilder.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.handshake.UpgradeDecision.Accepted;
import io.highwater.handshake.UpgradeDecision.Lease;
import io.highwater.handshake.UpgradeDecision.Rejected;
import io.highwater.identity.Identity;
import io.highwater.testing.FakeUpgradeRequest;
import io.highwater.testing.Ledgers;
import io.highwater.testing.RulesContainer;
import io.highwater.testing.Stray;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class HandshakeRulesTest {
    private static RulesContainer rules;

    @BeforeAll
    static void start() {
        rules = new RulesContainer(settings().rate(1_000_000, 1_000_000).build());
    }

    @AfterAll
    static void stop() {
        rules.close();
    }

    static Stream<Arguments> refused() {
        RoutePolicy needs = route().speaks("a", "b").requiresSubprotocol().build();
        return Stream.of(
                        both("host", 403, r -> r.at("http", "a b")),
                        both("origin", 403, r -> r.origin("http://other.example")),
                        both("version", 426, r -> r.without("Sec-WebSocket-Version")),
                        both("version", 426, r -> r.header("Sec-WebSocket-Version", "8")),
                        both("version", 426, r -> r.header("Sec-WebSocket-Version", "13, 8")),
                        both("version", 426, r -> r.header("Sec-WebSocket-Version", "13", "13")),
                        both("version", 426, r -> r.header("Sec-WebSocket-Version", "")),
                        key(),
                        key(""),
                        key("dGhlIHNhbXBsZSBub25jZQ"), // no padding
                        key("dGhlIHNhbXBsZSBub25jZQ==" + "=="),
                        key("dGhlIHNhbXBsZSBub25j"), // 15 bytes
                        key("dGhlIHNhbXBsZSBub25jZXg="), // 17 bytes
                        key("dGhlIHNhbXBsZSBub25j!!=="),
                        key("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ=="),
                        both("path", 404, r -> r.route(null)),
                        both("subprotocol", 400, r -> r.route(needs)),
                        both(
                                "subprotocol",
                                400,
                                r -> r.route(needs).header("Sec-WebSocket-Protocol", "c, A")))
                .flatMap(s -> s);
    }

    @ParameterizedTest(name = "{1} {0}: {2}")
    @MethodSource("refused")
    void aWrongHandshakeIsRefusedAndCounted(
            String outcome, int status, FakeUpgradeRequest request) {
        int before = rules.outcomes.size();
        Rejected rejected = rules.reject(request);
        assertThat(rejected.status()).isEqualTo(status);
        assertThat(rejected.outcome()).isEqualTo(outcome);
        assertThat(rejected.headers())
                .isEqualTo(status == 426 ? Map.of("Sec-WebSocket-Version", "13") : Map.of());
        assertThat(rejected.retryAfter()).isNull();
        assertThat(rules.outcomes.subList(before, rules.outcomes.size())).containsExactly(outcome);
        assertThat(rules.placesTaken()).isZero();
    }

    private static Stream<Arguments> both(
            String outcome, int status, UnaryOperator<FakeUpgradeRequest> spoil) {
        return Stream.of(upgrade(), extendedConnect())
                .map(request -> Arguments.of(outcome, status, spoil.apply(request)));
    }

    private static Stream<Arguments> key(String... values) {
        return Stream.of(Arguments.of("key", 400, upgrade().header("Sec-WebSocket-Key", values)));
    }

    @Test
    void aRightHandshakeIsAcceptedAndCounted() {
        for (FakeUpgradeRequest request : List.of(upgrade(), extendedConnect())) {
            int before = rules.outcomes.size();
            Accepted accepted = rules.accept(request.origin("http://example.com"));
            assertThat(accepted.clientAddress()).isEqualTo(Ledgers.address("198.51.100.7"));
            assertThat(accepted.subprotocol()).isNull();
            assertThat(accepted.deflate()).isEqualTo(DeflatePolicy.OFF);
            assertThat(rules.outcomes.subList(before, rules.outcomes.size()))
                    .containsExactly("accepted");
            accepted.lease().release();
        }
    }

    @Test
    void thePathsCompressionComesBeforeTheNodes() {
        try (RulesContainer node =
                new RulesContainer(settings().deflate(DeflatePolicy.CONTEXT_2K).build())) {
            Accepted nodes = node.accept(upgrade());
            assertThat(nodes.deflate()).isEqualTo(DeflatePolicy.CONTEXT_2K);
            Accepted own = node.accept(upgrade().route(route().deflate(DeflatePolicy.OFF).build()));
            assertThat(own.deflate()).isEqualTo(DeflatePolicy.OFF);
        }
    }

    @Test
    void anExtendedConnectNeedsNoKey() {
        rules.accept(extendedConnect().header("Sec-WebSocket-Key", "nonsense")).lease().release();
    }

    static Stream<Arguments> subprotocols() {
        return Stream.of(
                Arguments.of(List.of("a"), "a"),
                Arguments.of(List.of("b, a"), "b"), // the client's preference, as Jakarta has it
                Arguments.of(List.of("b", "a"), "b"),
                Arguments.of(List.of("x ,, b "), "b"),
                Arguments.of(List.of("A"), null),
                Arguments.of(List.of(), null));
    }

    @ParameterizedTest
    @MethodSource("subprotocols")
    void theClientsPreferredSubprotocolOfThePathsIsChosen(List<String> offered, String chosen) {
        Accepted accepted =
                rules.accept(
                        upgrade()
                                .route(route().speaks("a", "b").build())
                                .header("Sec-WebSocket-Protocol", offered.toArray(String[]::new)));
        assertThat(accepted.subprotocol()).isEqualTo(chosen);
        accepted.lease().release();
    }

    @Test
    void whatOneRuleAddsToADecisionLeavesTheRest() {
        Lease lease = () -> {};
        InetAddress address = Ledgers.address("192.0.2.1");
        Accepted accepted = Accepted.of(address).withSubprotocol("a");
        Identity known = Identity.of("u-17");
        assertThat(
                        accepted.withIdentity(known)
                                .withDeflate(DeflatePolicy.SHARED)
                                .withLease(lease)
                                .withSubprotocol("b"))
                .isEqualTo(new Accepted(address, known, "b", DeflatePolicy.SHARED, lease));
        assertThat(accepted.withDeflate(DeflatePolicy.OFF)).isEqualTo(accepted);
        Rejected rejected = Rejected.of(403, "origin", "No.");
        assertThat(rejected.withDeflate(DeflatePolicy.OFF).withIdentity(known).withSubprotocol("b"))
                .isSameAs(rejected);
    }

    /** One that is wrong in everything is refused by the first rule, and so on as it betters. */
    @Test
    void theRulesAreAskedInTheOrderOfTheRoad() {
        HandshakeSettings strict =
                settings().connections(2, 1).rate(1, 7).hosts("example.com").build();
        FakeUpgradeRequest wrong =
                upgrade()
                        .at("http", "other.example")
                        .origin("null")
                        .header("Sec-WebSocket-Version", "8")
                        .without("Sec-WebSocket-Key")
                        .route(null);
        try (RulesContainer own = new RulesContainer(strict)) {
            Accepted first = own.accept(upgrade().from("192.0.2.1"));
            Accepted second = own.accept(upgrade());
            own.reject(wrong);
            first.lease().release();
            own.reject(wrong);
            second.lease().release();
            own.reject(wrong);
            own.reject(wrong.at("http", "example.com"));
            own.reject(wrong.origin("http://example.com"));
            own.reject(wrong.header("Sec-WebSocket-Version", "13"));
            own.reject(wrong.header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="));
            own.reject(wrong.route(route().speaks("a").requiresSubprotocol().build()));
            own.reject(wrong); // the eighth of that address: its burst is 7
            assertThat(own.outcomes)
                    .containsExactly(
                            "accepted",
                            "accepted",
                            "connections",
                            "connections_per_ip",
                            "host",
                            "origin",
                            "version",
                            "key",
                            "path",
                            "subprotocol",
                            "rate_per_ip");
        }
    }

    @Test
    void aRequestThatFailsItselfIsAnErrorAndNotAFailedStage() {
        Rejected rejected = rules.reject(upgrade().from("unresolved.example"));
        assertThat(rejected.status()).isEqualTo(500);
        assertThat(rejected.outcome()).isEqualTo("error");
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void anObserverThatThrowsChangesNothing(Stray.Kind kind) {
        Stray stray = new Stray();
        HandshakeObserver broken =
                new HandshakeObserver() {
                    @Override
                    public void onDecided(String outcome) {
                        stray.arm(kind);
                        stray.call();
                    }
                };
        try (RulesContainer own = new RulesContainer(settings().build(), broken)) {
            Accepted accepted = own.accept(upgrade());
            assertThat(own.placesTaken()).isEqualTo(1);
            accepted.lease().release();
            assertThat(own.placesTaken()).isZero();
            assertThat(own.reject(upgrade().route(null)).status()).isEqualTo(404);
        }
    }

    @Test
    void theHandshakeIsOneForAllWhoAsk() {
        assertThat(rules.get(Handshake.class)).isSameAs(rules.get(Handshake.class));
    }
}
