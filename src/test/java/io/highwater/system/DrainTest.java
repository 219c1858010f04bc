package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.highwater.log.LogLimit;
import io.highwater.wire.CloseStatus;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a node stops: by signals and by its admin port. */
@Timeout(120)
class DrainTest {
    private static final Duration GUARD = Duration.ofSeconds(60);
    private static final String ROOM = "/v1/chat/drain?token=s3cret-t0ken";

    private final ExecutorService readers = Executors.newCachedThreadPool();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @TempDir(cleanup = org.junit.jupiter.api.io.CleanupMode.NEVER)
    private Path folder;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable closeable : opened) {
            closeable.close();
        }
        readers.shutdownNow();
    }

    /** Over its window: NodeDrainTest, where time is moved by hand. */
    @Test
    void aStopSignalClosesTwoHundredSessions() throws Exception {
        NodeProcess node =
                start(Map.of("highwater.drain.window", "2s", "highwater.log.level", "DEBUG"));
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            H2Connection connection = opened(H2Connection.connect(node.port()));
            for (int j = 0; j < 25; j++) {
                peers.add(opened(connection.open(ROOM)));
                peers.add(opened(Peer.connect(node.port(), ROOM)));
            }
        }
        peers.get(0).sendText("{\"name\":\"Ada\",\"text\":\"s3cret-w0rds\"}");
        List<Future<CloseStatus>> leaving = peers.stream().map(this::leaving).toList();
        assertThat(node.admin().readyStatus()).isEqualTo(200);

        node.terminate();

        List<CloseStatus> departures = new ArrayList<>();
        for (Future<CloseStatus> future : leaving) {
            departures.add(departure(future));
        }
        assertThat(departures).allSatisfy(DrainTest::assertRestart);
        assertThat(departures.stream().map(CloseStatus::reason).distinct().count())
                .isGreaterThan(100);
        awaitRefused(node.port());
        assertThat(node.awaitExit()).isZero();
        assertThat(node.restOfStdout()).isEmpty();
        assertLog(node);
    }

    private static void assertLog(NodeProcess node) throws IOException {
        assertThat(node.plainStderr()).isEmpty();
        List<JsonObject> log = node.log();
        assertThat(log.stream().map(line -> line.getString("event")).distinct())
                .contains("start", "endpoint", "ready", "drain", "sessions_closed", "stop");
        assertThat(node.log("drain").get(0).getInt("sessions")).isEqualTo(200);
        assertThat(node.log("sessions_closed"))
                .singleElement()
                .satisfies(
                        line -> {
                            assertThat(line.getString("close_code")).isEqualTo("1012");
                            assertThat(line.getInt("count")).isEqualTo(200);
                        });
        List<JsonObject> closes = node.log("session_closed");
        assertThat(closes)
                .hasSize(LogLimit.LINES)
                .allSatisfy(
                        line -> {
                            assertThat(line.getInt("code")).isEqualTo(1012);
                            assertThat(line.getString("reason")).contains("retryAfterMs");
                            assertThat(line.getJsonNumber("age_ms").longValue()).isNotNegative();
                            assertThat(line.getInt("queued_messages")).isZero();
                            assertThat(line.getString("path")).isEqualTo("/v1/chat/drain");
                        });
        assertThat(closes.stream().map(line -> line.getString("transport")))
                .contains("http/1.1", "h2c");
        assertThat(node.stderr()).doesNotContain("s3cret");
    }

    @Test
    void whoDoesNotReadHoldsUpAStopNoLongerThanTheCloseTimeout() throws Exception {
        NodeProcess node =
                start(
                        Map.of(
                                "highwater.drain.window", "0s",
                                "highwater.log.level", "DEBUG",
                                "highwater.outbound.socket-buffer", "8KiB"));
        H2Connection connection = opened(H2Connection.connect(node.port()));
        opened(connection.open("/v1/chat/stuck"));
        opened(Peer.connectWithSmallBuffer(node.port(), "/v1/chat/stuck"));
        Peer reader = opened(Peer.connect(node.port(), "/v1/chat/stuck"));
        reader.readMessage();
        int messages = 60;
        byte[] message =
                ("{\"name\":\"Ada\",\"text\":\"" + "x".repeat(16_000) + "\"}")
                        .getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < messages; i++) {
            reader.send(Peer.TEXT, message);
            assertThat(reader.readMessage().payload()).hasSizeGreaterThan(16_000);
        }

        node.terminate();

        assertRestart(reader.readUntilClose());
        reader.sendClose(CloseStatus.RESTART);
        reader.readEnd();
        assertThat(node.awaitExit()).isZero();
        assertThat(node.log("session_closed"))
                .hasSize(3)
                .allSatisfy(line -> assertThat(line.getInt("code")).isEqualTo(1012))
                .filteredOn(line -> line.getInt("queued_messages") > 0)
                .extracting(line -> line.getString("transport"))
                .containsExactlyInAnyOrder("http/1.1", "h2c");
        assertThat(node.log().get(node.log().size() - 1).getString("event")).isEqualTo("stop");
    }

    @Test
    void theAdminPortDrainsAndTheProcessStaysForProbesUntilItIsToldToStop() throws Exception {
        NodeProcess node = start(Map.of("highwater.drain.window", "0s"));
        Socket before = opened(new Socket(InetAddress.getLoopbackAddress(), node.port()));
        Peer peer = opened(Peer.connect(node.port(), ROOM));
        Future<CloseStatus> leaving = leaving(peer);

        assertThat(node.admin().drain()).isEqualTo(202);

        assertRestart(departure(leaving));
        awaitRefused(node.port());
        await().atMost(GUARD).until(() -> node.admin().metrics().connections() == 0);
        assertThat(node.admin().readyStatus()).isEqualTo(503);
        assertThat(node.admin().liveStatus()).isEqualTo(200);
        assertThat(node.admin().drain()).isEqualTo(202);
        assertRefusedBecauseDraining(before, node.port());
        assertThat(node.admin().metrics().value("highwater_handshakes_total{outcome=\"draining\"}"))
                .isEqualTo(1);
        assertThat(node.isAlive()).isTrue();

        node.terminate();

        assertThat(node.awaitExit()).isZero();
        assertThat(node.log("drain")).hasSize(1);
    }

    /** A connection that was there before the drain asks for an upgrade after it began. */
    private static void assertRefusedBecauseDraining(Socket before, int port) throws IOException {
        before.setSoTimeout(30_000);
        before.getOutputStream().write(Upgrade.request(port, ROOM));
        assertThat(Upgrade.readHead(before.getInputStream()))
                .startsWith("HTTP/1.1 503 ")
                .containsPattern("(?i)retry-after: [1-4]\r\n");
    }

    @Test
    void aStopSignalDuringAnAdminDrainLetsItFinish() throws Exception {
        NodeProcess node = start(Map.of("highwater.drain.window", "2s"));
        List<Future<CloseStatus>> leaving = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            leaving.add(leaving(opened(Peer.connect(node.port(), ROOM))));
        }

        node.admin().drain();
        await().atMost(GUARD).until(() -> node.admin().readyStatus() == 503);
        node.terminate();

        for (Future<CloseStatus> future : leaving) {
            assertRestart(departure(future));
        }
        assertThat(node.awaitExit()).isZero();
    }

    @Test
    void aSecondSignalEndsADrainingProcessAtOnce() throws Exception {
        for (Map.Entry<String, Integer> signal : Map.of("INT", 130, "TERM", 143).entrySet()) {
            NodeProcess node = start(Map.of("highwater.drain.window", "1h"));
            opened(Peer.connect(node.port(), ROOM));
            opened(Peer.connect(node.port(), ROOM));

            node.signal("TERM");
            await().atMost(GUARD).until(() -> node.admin().readyStatus() == 503);
            node.signal(signal.getKey());

            assertThat(node.awaitExit()).isEqualTo(signal.getValue());
        }
    }

    private static CloseStatus departure(Future<CloseStatus> leaving) throws Exception {
        return leaving.get(GUARD.toSeconds(), TimeUnit.SECONDS);
    }

    /** What a session is told when it is to leave. */
    private Future<CloseStatus> leaving(Peer peer) {
        return readers.submit(
                () -> {
                    CloseStatus status = peer.readUntilClose();
                    peer.sendClose(status.code());
                    peer.readEnd();
                    return status;
                });
    }

    private static void assertRestart(CloseStatus status) {
        assertThat(status.code()).isEqualTo(CloseStatus.RESTART);
        try (JsonReader reason = Json.createReader(new StringReader(status.reason()))) {
            assertThat(reason.readObject().getInt("retryAfterMs")).isBetween(0, 3_999);
        }
    }

    private static void awaitRefused(int port) {
        await().atMost(GUARD)
                .untilAsserted(
                        () ->
                                assertThatThrownBy(
                                                () ->
                                                        new Socket(
                                                                        InetAddress
                                                                                .getLoopbackAddress(),
                                                                        port)
                                                                .close())
                                        .isInstanceOf(ConnectException.class));
    }

    private NodeProcess start(Map<String, String> settings) throws IOException {
        return opened(NodeProcess.start(folder, settings));
    }

    private <T extends AutoCloseable> T opened(T closeable) {
        opened.add(closeable);
        return closeable;
    }
}
