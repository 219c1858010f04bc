package io.highwater.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.handshake.Visitor;
import io.highwater.keepalive.KeepaliveObserver;
import io.highwater.keepalive.KeepaliveSettings;
import io.highwater.keepalive.PingScheduler;
import io.highwater.log.LogLimit;
import io.highwater.outbound.NonEmptyQueues;
import io.highwater.outbound.OutboundObserver;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.RecordingWire;
import io.highwater.testing.Unbounded;
import io.highwater.time.TimerWheel;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** When the sessions of endpoints are pinged, on time that is moved by hand. */
final class PingPhaseTest {
    private static final int SESSIONS = 20;
    private static final Duration STEP = Duration.ofMillis(50);

    private final FakeTicker ticker = new FakeTicker();
    private final TimerWheel wheel = new TimerWheel(ticker.nanoTime());

    @ServerEndpoint("/heard")
    public static class Hearing {
        @OnMessage
        public void onText(String text) {}
    }

    /** The values of one connection. */
    private static final class Scope implements UpgradeRequest.ConnectionScope {
        private final Map<Class<?>, Object> values = new HashMap<>();

        @Override
        public <T> T computeIfAbsent(Class<T> key, Supplier<T> first) {
            return key.cast(values.computeIfAbsent(key, any -> first.get()));
        }

        @Override
        public <T> T get(Class<T> key) {
            return key.cast(values.get(key));
        }
    }

    private static UpgradeRequest request(UpgradeRequest.Kind kind, Scope connection) {
        Map<String, Object> answers = new HashMap<>();
        answers.put("kind", kind);
        answers.put("isMultiplexed", kind == UpgradeRequest.Kind.EXTENDED_CONNECT);
        answers.put("path", "/heard");
        answers.put("rawPath", "/heard");
        answers.put("headers", List.of());
        answers.put("headerNames", Set.of());
        answers.put("scheme", "http");
        answers.put("authority", "localhost");
        answers.put("peer", InetSocketAddress.createUnresolved("localhost", 1));
        answers.put("route", Optional.empty());
        answers.put("visitor", Visitor.NOBODY);
        answers.put("connection", connection);
        return (UpgradeRequest)
                Proxy.newProxyInstance(
                        UpgradeRequest.class.getClassLoader(),
                        new Class<?>[] {UpgradeRequest.class},
                        (proxy, method, arguments) -> answers.get(method.getName()));
    }

    @Test
    void streamsOfOneConnectionArePingedTogetherAndConnectionsAreNot() {
        SeContainerInitializer container =
                SeContainerInitializer.newInstance()
                        .disableDiscovery()
                        .addExtensions(new EndpointExtension())
                        .addBeanClasses(Hearing.class);
        try (SeContainer beans = container.initialize()) {
            Endpoints endpoints = new Endpoints(node(), "", beans.getBeanManager(), Runnable::run);
            beans.getBeanManager()
                    .getExtension(EndpointExtension.class)
                    .endpoints()
                    .forEach(endpoints::deploy);
            Scope connection = new Scope();
            Map<RecordingWire, Boolean> wires = new LinkedHashMap<>();
            for (int i = 0; i < SESSIONS; i++) {
                wires.put(open(endpoints, UpgradeRequest.Kind.EXTENDED_CONNECT, connection), true);
                wires.put(open(endpoints, UpgradeRequest.Kind.UPGRADE, new Scope()), false);
            }
            List<Long> streams = new ArrayList<>();
            List<Long> sockets = new ArrayList<>();
            Duration interval = KeepaliveSettings.defaults().pingInterval();
            for (long step = 0; step <= interval.dividedBy(STEP); step++) {
                ticker.advance(STEP, wheel);
                for (RecordingWire wire : List.copyOf(wires.keySet())) {
                    if (!wire.pings().isEmpty()) {
                        (wires.remove(wire) ? streams : sockets).add(step);
                    }
                }
            }
            assertThat(wires).isEmpty();
            assertThat(streams).hasSize(SESSIONS).containsOnly(streams.get(0));
            // Of 20 among 500 steps.
            assertThat(sockets.stream().distinct().count()).isGreaterThan(SESSIONS / 2);
        }
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

    private static RecordingWire open(
            Endpoints endpoints, UpgradeRequest.Kind kind, Scope connection) {
        RecordingWire wire = new RecordingWire();
        endpoints
                .route("/heard")
                .acceptor()
                .accept(
                        wire,
                        request(kind, connection),
                        UpgradeDecision.Accepted.of(InetAddress.getLoopbackAddress()),
                        (name, value) -> {})
                .onOpen();
        return wire;
    }
}
