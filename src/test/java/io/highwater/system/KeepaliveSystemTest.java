package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.testing.TestServer;
import io.highwater.wire.CloseStatus;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pings over real sockets, at intervals of parts of a second. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KeepaliveSystemTest {
    /**
     * A Pong in time for a client that is held up, a wait that a test can have for one that isn't.
     */
    private static final Map<String, String> QUICK =
            Map.of(
                    "highwater.keepalive.ping-interval", "200ms",
                    "highwater.keepalive.pong-timeout", "1s",
                    "highwater.keepalive.idle-timeout", "2s");

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
        AdminClient admin = start(QUICK);
        Peer peer = connect(http2);

        // Longer than the idle timeout.
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
        start(QUICK);
        Peer peer =
                http2
                        ? opened(opened(H2Connection.connect(port)).open("/shake/limits"))
                        : opened(Peer.connect(port, "/shake/limits"));
        peer.sendText("idle");

        Peer.Frame frame = peer.read();
        for (int pings = 0; frame.opcode() != Peer.CLOSE; frame = peer.read()) {
            if (frame.opcode() == Peer.PING) {
                peer.send(Peer.PONG, frame.payload());
                assertThat(++pings).isLessThan(20);
            }
        }
        assertThat(frame.status()).isEqualTo(new CloseStatus(1001, "idle timeout"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoAnswersNoPingIsEndedWith4408(boolean http2) throws Exception {
        AdminClient admin = start(QUICK);
        Peer silent = connect(http2);

        Peer.Frame frame = silent.read();
        while (frame.opcode() == Peer.PING) {
            frame = silent.read();
        }

        assertThat(frame.status()).isEqualTo(new CloseStatus(CloseStatus.NO_PONG, "no pong"));
        silent.readEnd();
        // Neither a Close nor END_STREAM of ours: it takes no more, and nobody waits for it.
        await().until(() -> !takesPong(silent));
        await().until(() -> admin.metrics().connections() == 0);
        assertThat(admin.metrics().closes("4408")).isEqualTo(1);
        assertThat(admin.metrics().value("highwater_ping_rtt_seconds_count")).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoSendsWithoutPauseButNoPongIsEndedToo(boolean http2) throws Exception {
        AdminClient admin =
                start(
                        Map.of(
                                "highwater.keepalive.ping-interval", "200ms",
                                "highwater.keepalive.pong-timeout", "200ms",
                                "highwater.keepalive.idle-timeout", "10s"));
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
        sending.get(30, TimeUnit.SECONDS);
        assertThat(admin.metrics().closes("4408")).isEqualTo(1);
    }

    @Test
    void streamsOfOneConnectionArePingedTogetherAndConnectionsAreNot() throws Exception {
        long intervalNanos = TimeUnit.SECONDS.toNanos(2);
        start(
                Map.of(
                        "highwater.keepalive.ping-interval", "2s",
                        "highwater.keepalive.pong-timeout", "10s",
                        "highwater.keepalive.idle-timeout", "40s"));
        H2Connection connection = opened(H2Connection.connect(port));
        List<Callable<Long>> streams = new ArrayList<>();
        List<Callable<Long>> sockets = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Peer stream = opened(connection.open("/v1/echo"));
            streams.add(() -> firstPing(stream));
            Peer socket = opened(Peer.connect(port, "/v1/echo"));
            sockets.add(() -> firstPing(socket));
        }
        List<Future<Long>> inPhase = streams.stream().map(threads::submit).toList();
        List<Future<Long>> spread = sockets.stream().map(threads::submit).toList();

        // Of 20 at random, all fall into one half of the interval once in 26,000 times.
        assertThat(arc(inPhase, intervalNanos)).isLessThan(intervalNanos / 2);
        assertThat(arc(spread, intervalNanos)).isGreaterThan(intervalNanos / 2);
    }

    private static long firstPing(Peer peer) throws IOException {
        Peer.Frame frame = peer.read();
        long nanos = System.nanoTime();
        assertThat(frame.opcode()).isEqualTo(Peer.PING);
        return nanos;
    }

    /** The shortest part of the interval's circle that all arrivals lie on. */
    private static long arc(List<Future<Long>> arrivals, long intervalNanos) throws Exception {
        List<Long> phases = new ArrayList<>();
        for (Future<Long> arrival : arrivals) {
            phases.add(Math.floorMod(arrival.get(30, TimeUnit.SECONDS), intervalNanos));
        }
        phases.sort(null);
        long gap = phases.get(0) + intervalNanos - phases.get(phases.size() - 1);
        for (int i = 1; i < phases.size(); i++) {
            gap = Math.max(gap, phases.get(i) - phases.get(i - 1));
        }
        return intervalNanos - gap;
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
