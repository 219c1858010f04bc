package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.highwater.testing.TestServer;
import jakarta.enterprise.context.Dependent;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a scrape shows after known events. */
@Timeout(60)
class MetricsTest {
    private final List<AutoCloseable> opened = new ArrayList<>();
    private AdminClient admin;
    private int port;

    @BeforeEach
    void start() {
        TestServer server =
                opened(
                        TestServer.start(
                                Map.of(
                                        "highwater.outbound.high-messages", "40",
                                        "highwater.outbound.low-messages", "5",
                                        "highwater.keepalive.ping-interval", "300ms")));
        admin = new AdminClient(server.admin().getPort());
        port = server.http().getPort();
    }

    @AfterEach
    void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    @Test
    void eachMetricIsThereFromTheStart() {
        assertThat(admin.metrics().names())
                .contains(
                        "highwater_connections",
                        "highwater_queue_depth_messages",
                        "highwater_queued_bytes",
                        "highwater_queued_heap_ratio",
                        "highwater_slow_clients",
                        "highwater_message_latency_seconds",
                        "highwater_closes_total",
                        "highwater_handshakes_total",
                        "highwater_evictions_total",
                        "highwater_ping_rtt_seconds");
    }

    @Test
    void connectionsClosesAndHandshakesAreCounted() throws Exception {
        H2Connection connection = opened(H2Connection.connect(port));
        Peer stream = connection.open("/v1/echo");
        Peer socket = opened(Peer.connect(port, "/v1/echo"));
        Peer other = opened(Peer.connect(port, "/v1/echo"));
        assertThat(admin.metrics().connections("http/1.1")).isEqualTo(2);
        assertThat(admin.metrics().connections("h2c")).isEqualTo(1);
        assertThatThrownBy(() -> Peer.connect(port, "/nowhere")).hasMessageContaining(" 404 ");
        assertThat(connection.statusOf("/nowhere")).isEqualTo(404);

        stream.closeNormally();
        socket.send(3, new byte[0]);
        assertThat(socket.readUntilClose().code()).isEqualTo(1002);
        other.close();

        eventually(() -> assertThat(admin.metrics().connections()).isZero());
        Metrics now = admin.metrics();
        assertThat(now.closes("1000")).isEqualTo(1);
        assertThat(now.closes("1002")).isEqualTo(1);
        assertThat(now.closes("1006")).isEqualTo(1);
        assertThat(now.closes("other")).isZero();
        assertThat(now.value("highwater_handshakes_total{outcome=\"accepted\"}")).isEqualTo(3);
        assertThat(
                        now.samples().entrySet().stream()
                                .filter(s -> s.getKey().startsWith("highwater_handshakes_total"))
                                .mapToDouble(Map.Entry::getValue)
                                .sum())
                .isEqualTo(5);
    }

    @Test
    void messagesChannelsAndErrorsAreCounted() throws Exception {
        Peer echo = opened(Peer.connect(port, "/v1/echo"));
        for (int i = 0; i < 3; i++) {
            echo.sendText("hello");
            echo.readMessage();
        }
        Metrics now = admin.metrics();
        assertThat(now.value("highwater_messages_total{direction=\"in\"}")).isEqualTo(3);
        assertThat(now.value("highwater_messages_total{direction=\"out\"}")).isEqualTo(3);
        assertThat(now.value("highwater_message_bytes_total{direction=\"in\"}")).isEqualTo(15);
        assertThat(now.value("highwater_message_bytes_total{direction=\"out\"}")).isEqualTo(15);

        Peer client = opened(Peer.connect(port, "/v1/ws", "highwater.v1"));
        client.sendText("{\"type\":\"hello\",\"id\":1,\"client\":\"a\"}");
        client.readMessage();
        client.sendText("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"c\"}");
        client.readMessage();
        String publish =
                "{\"type\":\"publish\",\"id\":3,\"channel\":\"c\",\"msgId\":\"m\",\"data\":1}";
        client.sendText(publish);
        client.readMessage();
        client.readMessage();
        client.sendText(publish); // A repeat, which is answered, and nothing else.
        client.readMessage();
        client.sendText("{\"type\":\"unsubscribe\",\"id\":4,\"channel\":\"none\"}");
        client.readMessage();
        now = admin.metrics();
        assertThat(now.value("highwater_channels")).isEqualTo(1);
        assertThat(now.value("highwater_subscriptions")).isEqualTo(1);
        assertThat(now.value("highwater_publications_total")).isEqualTo(1);
        assertThat(now.value("highwater_command_errors_total{code=\"NOT_SUBSCRIBED\"}"))
                .isEqualTo(1);
        assertThat(now.value("highwater_messages_total{direction=\"in\"}")).isEqualTo(3 + 5);
        assertThat(now.value("highwater_messages_total{direction=\"out\"}")).isEqualTo(3 + 6);

        client.close();
        eventually(() -> assertThat(admin.metrics().value("highwater_channels")).isZero());
        assertThat(admin.metrics().value("highwater_subscriptions")).isZero();
    }

    @Test
    void limitsAreThoseInForce() {
        Metrics now = admin.metrics();
        double heapBytes = Runtime.getRuntime().maxMemory();
        assertThat(now.value("highwater_queue_limit_messages")).isEqualTo(40);
        assertThat(now.value("highwater_queue_limit_bytes")).isEqualTo(10 << 20);
        assertThat(now.value("highwater_message_limit_bytes")).isEqualTo(64 << 10);
        assertThat(now.value("highwater_heap_limit_bytes")).isEqualTo(Math.floor(heapBytes / 2));
        assertThat(now.value("highwater_deflate_context_limit_bytes"))
                .isEqualTo(Math.floor(heapBytes / 20));
        double most = now.value("highwater_connections_limit");
        assertThat(most).isEqualTo(Math.min(Integer.MAX_VALUE, Math.floor(heapBytes / (16 << 10))));
        assertThat(now.value("highwater_connections_per_ip_limit")).isEqualTo(Math.floor(most / 4));
        assertThat(now.value("highwater_tcp_connections_per_ip_limit")).isPositive();
    }

    /** Fails as its messages say. */
    @Dependent
    @ServerEndpoint("/metrics/failing")
    public static class Failing {
        @OnMessage
        public void onText(String text, Session session) {
            if (text.equals("handler")) {
                session.getAsyncRemote()
                        .sendText(
                                "sent",
                                result -> {
                                    throw new IllegalStateException("thrown by a test");
                                });
            } else {
                throw new IllegalStateException("thrown by a test");
            }
        }
    }

    /** The same, and told of it. */
    @Dependent
    @ServerEndpoint("/metrics/told/{number}")
    public static class Told {
        @OnMessage
        public void onText(String text, @PathParam("number") int number) {
            throw new IllegalStateException("thrown by a test");
        }

        @OnError
        public void onError(Session session, Throwable cause) throws IOException {
            session.getBasicRemote().sendText("told");
        }
    }

    @Test
    void whatEndpointsThrowIsCountedOnceWhoeverIsTold() throws Exception {
        Peer handler = opened(Peer.connect(port, "/metrics/failing"));
        handler.sendText("handler");
        handler.readMessage();
        eventually(() -> assertThat(endpointErrors("listener")).isEqualTo(1));
        handler.sendText("method");
        assertThat(handler.readUntilClose().code()).isEqualTo(1011);
        assertThat(endpointErrors("method")).isEqualTo(1);

        Peer told = opened(Peer.connect(port, "/metrics/told/7"));
        told.sendText("method");
        told.readMessage();
        assertThat(endpointErrors("method")).isEqualTo(2);
        assertThat(endpointErrors("peer")).isZero();

        Peer undecoded = opened(Peer.connect(port, "/metrics/told/x"));
        undecoded.sendText("any");
        assertThat(undecoded.readUntilClose().code()).isEqualTo(1008);
        assertThat(endpointErrors("peer")).isEqualTo(1);
        assertThat(endpointErrors("method")).isEqualTo(2);
    }

    private double endpointErrors(String cause) {
        return admin.metrics().value("highwater_endpoint_errors_total{cause=\"" + cause + "\"}");
    }

    @Test
    void aQueueThatFillsIsSeenUntilItsSessionIsEvicted() throws Exception {
        Peer stopped = opened(Peer.connectWithSmallBuffer(port, "/v1/chat/metrics"));
        Peer speaker = opened(Peer.connect(port, "/v1/chat/metrics"));
        speaker.readMessage();
        Callable<Double> depth =
                () -> admin.metrics().value("highwater_queue_depth_messages{quantile=\"0.99\"}");

        while (depth.call() < 10) {
            say(speaker);
        }

        Metrics now = admin.metrics();
        assertThat(now.value("highwater_queued_bytes")).isGreaterThan(10 * 16_000);
        assertThat(now.value("highwater_queued_heap_ratio")).isBetween(1e-6, 0.05);
        assertThat(now.value("highwater_evictions_total{policy=\"evict\"}")).isZero();
        eventually(() -> assertThat(admin.metrics().value("highwater_slow_clients")).isEqualTo(1));

        while (admin.metrics().value("highwater_evictions_total{policy=\"evict\"}") == 0) {
            say(speaker);
        }

        now = admin.metrics();
        assertThat(now.value("highwater_queue_depth_messages{quantile=\"0.99\"}")).isZero();
        assertThat(now.value("highwater_queued_bytes")).isZero();
        assertThat(now.value("highwater_slow_clients")).isZero();
        eventually(() -> assertThat(admin.metrics().closes("1013")).isEqualTo(1));
        assertThat(stopped.readUntilClose().code()).isEqualTo(1013);
    }

    @Test
    void latenciesAndRoundTripsAreMeasured() throws Exception {
        Peer peer = opened(Peer.connect(port, "/v1/echo"));
        assertThat(admin.metrics().value("highwater_ping_rtt_seconds_count")).isZero();
        // One message in 64 is timed.
        for (int i = 0; i < 2_000; i++) {
            peer.sendText("x");
            peer.readMessage();
        }
        while (admin.metrics().value("highwater_ping_rtt_seconds_count") == 0) {
            peer.sendText("x");
            peer.readMessage();
        }
        Metrics now = admin.metrics();
        assertThat(now.value("highwater_message_latency_seconds_count")).isPositive();
        assertThat(now.value("highwater_message_latency_seconds_sum")).isPositive();
        assertThat(now.value("highwater_ping_rtt_seconds_sum")).isNotNegative();
    }

    private static void say(Peer speaker) throws IOException {
        String message = "{\"name\":\"Ada\",\"text\":\"" + "x".repeat(16_000) + "\"}";
        speaker.send(Peer.TEXT, message.getBytes(StandardCharsets.US_ASCII));
        speaker.readMessage();
    }

    private static void eventually(ThrowingRunnable assertion) {
        await().untilAsserted(assertion);
    }

    private <T extends AutoCloseable> T opened(T closeable) {
        opened.add(closeable);
        return closeable;
    }
}
