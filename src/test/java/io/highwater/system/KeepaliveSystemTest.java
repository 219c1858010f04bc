package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.testing.TestServer;
import io.highwater.wire.CloseStatus;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pings over real sockets. Who is to answer has longer than any machine needs; who is to be ended
 * never answers.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KeepaliveSystemTest {
    private static final Duration GUARD = Duration.ofSeconds(60);

    private static final Map<String, String> PATIENT =
            Map.of(
                    "highwater.keepalive.ping-interval", "200ms",
                    "highwater.keepalive.pong-timeout", "10m",
                    "highwater.keepalive.idle-timeout", "1h");

    private static final Map<String, String> IMPATIENT =
            Map.of(
                    "highwater.keepalive.ping-interval", "200ms",
                    "highwater.keepalive.pong-timeout", "200ms",
                    "highwater.keepalive.idle-timeout", "1h");

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable closeable : opened) {
            closeable.close();
        }
        threads.shutdownNow();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoAnswersPingsStaysThoughItSaysNothingElse(boolean http2) throws Exception {
        AdminClient admin = start(PATIENT);
        Peer peer = connect(http2);

        for (int i = 0; i < 15; i++) {
            Peer.Frame ping = peer.read();
            assertThat(ping.opcode()).isEqualTo(Peer.PING);
            peer.send(Peer.PONG, ping.payload());
        }

        peer.sendText("still here");
        assertThat(peer.readMessage().text()).isEqualTo("still here");
        peer.closeNormally();
        // Not each: a Pong may be here before the thread that wrote the Ping knows that it left.
        assertThat(admin.metrics().value("highwater_ping_rtt_seconds_count")).isPositive();
    }

    /** What Jakarta calls idle: a Pong, which over HTTP/2 wakes a thread, is no message. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void pongsDoNotKeepASessionWithAMaxIdleTimeout(boolean http2) throws Exception {
        start(PATIENT);
        Peer peer =
                http2
                        ? opened(opened(H2Connection.connect(port)).open("/shake/limits"))
                        : opened(Peer.connect(port, "/shake/limits"));
        peer.sendText("idle");

        Peer.Frame frame = peer.read();
        for (; frame.opcode() != Peer.CLOSE; frame = peer.read()) {
            if (frame.opcode() == Peer.PING) {
                peer.send(Peer.PONG, frame.payload());
            }
        }
        assertThat(frame.status()).isEqualTo(new CloseStatus(1001, "idle timeout"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoAnswersNoPingIsEndedWith4408(boolean http2) throws Exception {
        AdminClient admin = start(IMPATIENT);
        Peer silent = connect(http2);

        Peer.Frame frame = silent.read();
        while (frame.opcode() == Peer.PING) {
            frame = silent.read();
        }

        assertThat(frame.status()).isEqualTo(new CloseStatus(CloseStatus.NO_PONG, "no pong"));
        silent.readEnd();
        // Neither a Close nor END_STREAM of ours: it takes no more, and nobody waits for it.
        await().atMost(GUARD).until(() -> !takesPong(silent));
        await().atMost(GUARD).until(() -> admin.metrics().connections() == 0);
        assertThat(admin.metrics().closes("4408")).isEqualTo(1);
        assertThat(admin.metrics().value("highwater_ping_rtt_seconds_count")).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoSendsWithoutPauseButNoPongIsEndedToo(boolean http2) throws Exception {
        AdminClient admin = start(IMPATIENT);
        Peer busy = connect(http2);
        Future<IOException> sending =
                threads.submit(
                        () -> {
                            try {
                                while (true) {
                                    busy.sendText("busy");
                                }
                            } catch (IOException e) {
                                return e;
                            }
                        });

        List<CloseStatus> closes = new ArrayList<>();
        try {
            while (true) {
                Peer.Frame frame = busy.read();
                if (frame.opcode() == Peer.CLOSE) {
                    closes.add(frame.status());
                }
            }
        } catch (EOFException e) {
            assertThat(closes).extracting(CloseStatus::code).containsExactly(CloseStatus.NO_PONG);
        }
        sending.get(GUARD.toSeconds(), TimeUnit.SECONDS);
        assertThat(admin.metrics().closes("4408")).isEqualTo(1);
    }

    private static boolean takesPong(Peer peer) {
        try {
            peer.send(Peer.PONG, new byte[0]);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private int port;

    private AdminClient start(Map<String, String> settings) {
        TestServer server = opened(TestServer.start(new TreeMap<>(settings)));
        port = server.http().getPort();
        return new AdminClient(server.admin().getPort());
    }

    private Peer connect(boolean http2) throws Exception {
        return opened(
                http2
                        ? opened(H2Connection.connect(port)).open("/v1/echo")
                        : Peer.connect(port, "/v1/echo"));
    }

    private <T extends AutoCloseable> T opened(T closeable) {
        opened.add(0, closeable);
        return closeable;
    }
}
