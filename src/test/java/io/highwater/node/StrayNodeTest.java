package io.highwater.node;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.archive.ArchiveObserver;
import io.highwater.backbone.redis.RedisObserver;
import io.highwater.channel.ChannelObserver;
import io.highwater.cluster.ClusterObserver;
import io.highwater.config.HighwaterConfig;
import io.highwater.endpoint.EndpointObserver;
import io.highwater.handshake.HandshakeObserver;
import io.highwater.keepalive.KeepaliveObserver;
import io.highwater.limits.LimitsObserver;
import io.highwater.node.deployment.DeploymentPlan;
import io.highwater.outbound.OutboundObserver;
import io.highwater.session.SessionObserver;
import io.highwater.session.Sessions;
import io.highwater.testing.SocketOverHttp1;
import io.highwater.testing.SocketOverHttp2;
import io.highwater.testing.Stray;
import io.highwater.testing.TestSocket;
import io.highwater.wire.WireObserver;
import io.highwater.wire.deflate.DeflateObserver;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A whole node, each of whose observers and executors throws once: nobody notices. */
@Timeout(120)
final class StrayNodeTest {
    private static final Duration GUARD = Duration.ofSeconds(60);

    @ServerEndpoint("/stray")
    public static class Echo {
        @OnMessage
        public String onText(String text) {
            if (text.equals("fail")) {
                throw new IllegalStateException("expected by the test");
            }
            return text;
        }
    }

    /** By interface and method; each throws at its first call. */
    private final Map<String, Stray> observers = new ConcurrentHashMap<>();

    private final Set<String> thrown = ConcurrentHashMap.newKeySet();
    private final Stray executor = new Stray();

    private <T> T straying(Class<T> type, T own, Stray.Kind kind) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, args) -> {
                            String name = type.getSimpleName() + "." + method.getName();
                            observers
                                    .computeIfAbsent(
                                            name,
                                            first -> {
                                                Stray stray = new Stray();
                                                stray.arm(kind);
                                                thrown.add(name);
                                                return stray;
                                            })
                                    .call();
                            try {
                                return method.invoke(own, args);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        }));
    }

    private NodeSeams.Observers straying(NodeSeams.Observers own, Stray.Kind kind) {
        return new NodeSeams.Observers(
                straying(WireObserver.class, own.wire(), kind),
                straying(HandshakeObserver.class, own.handshake(), kind),
                straying(OutboundObserver.class, own.outbound(), kind),
                straying(KeepaliveObserver.class, own.keepalive(), kind),
                straying(SessionObserver.class, own.sessions(), kind),
                straying(ChannelObserver.class, own.channels(), kind),
                straying(RedisObserver.class, own.redis(), kind),
                straying(ArchiveObserver.class, own.archive(), kind),
                straying(ClusterObserver.class, own.cluster(), kind),
                straying(EndpointObserver.class, own.endpoints(), kind),
                straying(DeflateObserver.class, own.deflate(), kind),
                straying(LimitsObserver.class, own.limits(), kind));
    }

    private EmbeddedNode start(Stray.Kind kind) throws Exception {
        return EmbeddedNode.start(
                HighwaterConfig.of(
                        Map.of(
                                "highwater.port", "0",
                                "highwater.admin.port", "0",
                                "highwater.drain.window", "0",
                                "highwater.keepalive.ping-interval", "200ms")),
                DeploymentPlan.of(null, List.of(Echo.class), List.of()),
                new NodeSeams(own -> straying(own, kind), executor::refusing));
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void observersCostNoClientItsSession(Stray.Kind kind) throws Exception {
        try (EmbeddedNode node = start(kind)) {
            URI uri = URI.create("http://127.0.0.1:" + node.port());
            for (int round = 0; round < 2; round++) {
                assertThatItServes(uri);
                assertThatItServesHttp2(uri);
                assertThatItRefuses(uri, "GET / HTTP/1.1\r\n\r\n");
            }
            try (TestSocket idle = SocketOverHttp1.open(uri, "/stray", null).reading()) {
                await().atMost(GUARD)
                        .until(() -> thrown.contains("KeepaliveObserver.onRoundTripNanos"));
                assertThatItEchoes(idle, "after the ping");
            }
            await().atMost(GUARD).until(() -> thrown.contains("WireObserver.onClosed"));
            assertThat(thrown)
                    .contains(
                            "WireObserver.onOpened",
                            "WireObserver.onReceived",
                            "WireObserver.onSent",
                            "HandshakeObserver.onDecided",
                            "SessionObserver.onReconnect",
                            "SessionObserver.onError",
                            "ChannelObserver.onChannels",
                            "ChannelObserver.onSubscriptions",
                            "ChannelObserver.onPublished",
                            "ChannelObserver.onTurn",
                            "EndpointObserver.onMethodFailed",
                            "LimitsObserver.onBadRequest");
            assertThatItServes(uri);
        }
    }

    private static void assertThatItServes(URI uri) throws Exception {
        try (TestSocket echo = SocketOverHttp1.open(uri, "/stray", null).reading()) {
            assertThatItEchoes(echo, "a");
            echo.text("fail");
            assertThat(echo.next(GUARD).closeCode()).isEqualTo(1011);
        }
        try (TestSocket channels =
                SocketOverHttp1.open(uri, Sessions.PATH, Sessions.SUBPROTOCOL).reading()) {
            channels.text("{\"type\":\"hello\",\"client\":\"a\",\"attempt\":1}");
            assertThat(channels.next(GUARD).text()).contains("\"welcome\"");
            channels.text("{\"type\":\"hello\",\"id\":1,\"client\":\"a\"}");
            assertThat(channels.next(GUARD).text()).contains("\"error\"");
            channels.text("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"c\"}");
            assertThat(channels.next(GUARD).text()).contains("\"subscribed\"");
            channels.text(
                    "{\"type\":\"publish\",\"id\":3,\"channel\":\"c\",\"msgId\":\""
                            + System.identityHashCode(channels)
                            + "\",\"data\":1}");
            assertThat(List.of(channels.next(GUARD).text(), channels.next(GUARD).text()))
                    .anyMatch(text -> text.contains("\"published\""))
                    .anyMatch(text -> text.contains("\"message\""));
        }
    }

    private static void assertThatItServesHttp2(URI uri) throws Exception {
        try (SocketOverHttp2 connection = SocketOverHttp2.connect(uri);
                TestSocket echo = connection.open("/stray", null)) {
            assertThatItEchoes(echo, "over HTTP/2");
        }
    }

    private static void assertThatItRefuses(URI uri, String request) throws IOException {
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.getOutputStream().write(request.getBytes(US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII))
                    .startsWith("HTTP/1.1 400 ");
        }
    }

    private static void assertThatItEchoes(TestSocket socket, String text)
            throws IOException, InterruptedException {
        socket.text(text);
        assertThat(socket.next(GUARD).text()).isEqualTo(text);
    }

    /**
     * Whoever was to be served by that thread may have to come back: the new session, or one that
     * was still at its last message and gave way.
     */
    @Test
    void anExecutorThatRefusesATaskCostsNobodyElse() throws Exception {
        try (EmbeddedNode node = start(Stray.Kind.EXCEPTION)) {
            URI uri = URI.create("http://127.0.0.1:" + node.port());
            int refusals = Stray.Kind.values().length;
            List<TestSocket> others = new ArrayList<>();
            try {
                for (int i = 0; i <= refusals; i++) {
                    others.add(SocketOverHttp1.open(uri, "/stray", null).reading());
                    assertThatItEchoes(others.get(i), "before");
                }
                for (Stray.Kind kind : Stray.Kind.values()) {
                    executor.arm(kind);
                    try (TestSocket refused = SocketOverHttp1.open(uri, "/stray", null).reading()) {
                        refused.text("a");
                        await().atMost(GUARD).until(executor::isSpent);
                    } catch (IOException e) {
                        assertThat(executor.isSpent()).isTrue();
                    }
                }
                int lost = 0;
                for (TestSocket other : others) {
                    try {
                        assertThatItEchoes(other, "after");
                    } catch (IOException | AssertionError e) {
                        lost++;
                    }
                }
                assertThat(lost).isLessThanOrEqualTo(refusals);
            } finally {
                for (TestSocket other : others) {
                    other.close();
                }
            }
            assertThatItServes(uri);
        }
    }
}
