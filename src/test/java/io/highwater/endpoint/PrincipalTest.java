package io.highwater.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.handshake.UpgradeDecision.Accepted;
import io.highwater.handshake.Visitor;
import io.highwater.identity.Identity;
import io.highwater.keepalive.KeepaliveObserver;
import io.highwater.keepalive.KeepaliveSettings;
import io.highwater.keepalive.PingScheduler;
import io.highwater.log.LogLimit;
import io.highwater.outbound.NonEmptyQueues;
import io.highwater.outbound.OutboundObserver;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.FakeUpgradeRequest;
import io.highwater.testing.RecordingWire;
import io.highwater.testing.Unbounded;
import io.highwater.time.TimerWheel;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.net.InetAddress;
import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Whom an endpoint takes its client for: who has logged in, else who the handshake rules know. */
final class PrincipalTest {
    private static final Principal NOBODY = () -> "nobody";
    private static final List<Principal> SEEN = new ArrayList<>();

    private static Principal orNobody(Principal principal) {
        return principal == null ? NOBODY : principal;
    }

    /** Looks, too. */
    public static final class Looking extends ServerEndpointConfig.Configurator {
        @Override
        public void modifyHandshake(
                ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse answer) {
            SEEN.add(orNobody(request.getUserPrincipal()));
        }
    }

    @Dependent
    @ServerEndpoint(value = "/whom", configurator = Looking.class)
    public static class Whom {
        @OnOpen
        public void onOpen(Session session) {
            SEEN.add(orNobody(session.getUserPrincipal()));
        }
    }

    private static final Visitor LOGGED_IN =
            new Visitor() {
                @Override
                public Principal principal() {
                    return () -> "web";
                }

                @Override
                public boolean isInRole(String role) {
                    return false;
                }

                @Override
                public Object httpSession() {
                    return null;
                }
            };

    private final FakeTicker ticker = new FakeTicker();
    private final TimerWheel wheel = new TimerWheel(ticker.nanoTime());

    private List<Principal> seen(Visitor visitor, Identity identity) {
        SEEN.clear();
        SeContainerInitializer container =
                SeContainerInitializer.newInstance()
                        .disableDiscovery()
                        .addExtensions(new EndpointExtension())
                        .addBeanClasses(Whom.class);
        try (SeContainer beans = container.initialize()) {
            Endpoints endpoints = new Endpoints(node(), "", beans.getBeanManager(), Runnable::run);
            beans.getBeanManager()
                    .getExtension(EndpointExtension.class)
                    .endpoints()
                    .forEach(endpoints::deploy);
            endpoints
                    .route("/whom")
                    .acceptor()
                    .accept(
                            new RecordingWire(),
                            FakeUpgradeRequest.upgrade().knownAs(visitor),
                            Accepted.of(InetAddress.getLoopbackAddress()).withIdentity(identity),
                            (name, value) -> {})
                    .onOpen();
        }
        return List.copyOf(SEEN);
    }

    private EndpointNode node() {
        return new EndpointNode(
                EndpointSettings.defaults(),
                Unbounded.outbound(
                        wheel,
                        ticker,
                        new NonEmptyQueues(),
                        OutboundObserver.NONE,
                        Duration.ofSeconds(10)),
                new PingScheduler(
                        KeepaliveSettings.defaults(),
                        Duration.ofSeconds(30),
                        wheel,
                        ticker,
                        new KeepaliveObserver() {},
                        new SplittableRandom(1),
                        LogLimit.none()),
                EndpointObserver.NONE);
    }

    @Test
    void whoTheRulesKnowIsThePrincipal() {
        Identity identity = Identity.of("u-17");
        assertThat(seen(Visitor.NOBODY, identity)).containsExactly(identity, identity);
    }

    @Test
    void whoHasLoggedInComesFirst() {
        assertThat(seen(LOGGED_IN, Identity.of("u-17")))
                .extracting(Principal::getName)
                .containsExactly("web", "web");
    }

    @Test
    void nobodyIsNoPrincipal() {
        assertThat(seen(Visitor.NOBODY, Identity.ANONYMOUS)).containsExactly(NOBODY, NOBODY);
    }
}
