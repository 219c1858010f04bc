package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.wire.CloseStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client that stops reading, beside one that goes on; over h2c on the same TCP connection. */
@Timeout(120)
class StoppedReaderTest {
    private static final String ROOM = "/v1/chat/stopped";
    private static final int HIGH_MESSAGES = 20;
    private static final int TEXT_CHARS = 16_000;
    private static final int MESSAGES = 300;

    private enum Transport {
        HTTP1,
        H2C
    }

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private Peer stopped;
    private Peer reading;

    @TempDir private Path folder;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable closeable : opened) {
            closeable.close();
        }
        threads.shutdownNow();
    }

    @ParameterizedTest
    @EnumSource
    void whoReadsAgainWithinTheLingerSeesTheMessagesUpToTheCloseOf1013(Transport transport)
            throws Exception {
        NodeProcess node = start(Map.of("highwater.log.level", "DEBUG"));
        join(node, transport, ROOM);

        double mostQueued = sayAndHear(node);

        awaitEviction(node);
        assertThat(mostQueued).isPositive().isLessThan(2L * HIGH_MESSAGES * TEXT_CHARS);
        int next = 0;
        Peer.Frame frame = stopped.readMessage();
        while (frame.opcode() == Peer.TEXT) {
            if (!frame.text().contains("\"welcome\"")) {
                assertThat(frame.text()).contains("\"id\":\"" + next + "\"");
                next++;
            }
            frame = stopped.readMessage();
        }
        assertThat(next).isBetween(1, MESSAGES - 1);
        assertThat(frame.status())
                .isEqualTo(new CloseStatus(CloseStatus.TRY_AGAIN_LATER, "slow consumer"));
        stopped.readEnd();
        assertThat(node.log("session_closed"))
                .singleElement()
                .satisfies(
                        line -> {
                            assertThat(line.getInt("code")).isEqualTo(1013);
                            assertThat(line.getInt("queued_messages")).isEqualTo(HIGH_MESSAGES);
                        });
        say(MESSAGES);
        hear(MESSAGES);
        reading.closeNormally();
        assertNothingIsLeft(node);
    }

    @ParameterizedTest
    @EnumSource
    void whoReadsAfterTheLingerSeesAReset(Transport transport) throws Exception {
        NodeProcess node = start(Map.of("highwater.outbound.evict-linger", "300ms"));
        join(node, transport, ROOM);
        sayAndHear(node);
        awaitEviction(node);

        List<IOException> refusals = new ArrayList<>();
        await().until(() -> !takesPong(stopped, refusals));

        List<Integer> opcodes = new ArrayList<>();
        IOException end = readToTheEnd(stopped, opcodes);
        if (transport == Transport.HTTP1) {
            // The kernel tells of a reset once: to the write that came first.
            assertThat(refusals).first().asString().contains("Connection reset");
        } else {
            assertThat(end).hasMessage("stream reset: code 8");
        }
        assertThat(opcodes).doesNotContain(Peer.CLOSE);
        say(MESSAGES);
        hear(MESSAGES);
        reading.closeNormally();
        assertNothingIsLeft(node);
    }

    @ParameterizedTest
    @EnumSource
    void whoSendsWithoutReadingIsNotReadFromAndLosesNothing(Transport transport) throws Exception {
        // No Ping: its Pong would have to wait for the messages that are being sent.
        NodeProcess node = start(Map.of("highwater.keepalive.ping-interval", "0"));
        join(node, transport, "/v1/echo");
        // Thrice the heap of the node.
        int messages = 6_000;
        Future<?> sending =
                threads.submit(
                        () -> {
                            for (int i = 0; i < messages; i++) {
                                stopped.sendText(i + " " + "x".repeat(TEXT_CHARS));
                            }
                            return null;
                        });
        await().until(
                        () ->
                                node.admin().metrics().value("highwater_slow_clients") == 1
                                        && !sending.isDone());

        reading.sendText("meanwhile");
        assertThat(reading.readMessage().text()).isEqualTo("meanwhile");
        for (int i = 0; i < messages; i++) {
            assertThat(stopped.readMessage().text()).startsWith(i + " x");
        }
        sending.get(30, TimeUnit.SECONDS);
        stopped.closeNormally();
        reading.closeNormally();
        assertNothingIsLeft(node);
    }

    private void join(NodeProcess node, Transport transport, String path) throws Exception {
        if (transport == Transport.H2C) {
            H2Connection connection = opened(H2Connection.connect(node.port()));
            stopped = opened(connection.open(path));
            reading = opened(connection.open(path));
        } else {
            stopped = opened(Peer.connectWithSmallBuffer(node.port(), path));
            reading = opened(Peer.connect(node.port(), path));
        }
    }

    /** Says more than any buffer on the way holds; answers the most bytes that were queued. */
    private double sayAndHear(NodeProcess node) throws IOException {
        assertThat(reading.readMessage().text()).contains("\"welcome\"");
        double mostQueued = 0;
        for (int i = 0; i < MESSAGES; i++) {
            say(i);
            hear(i);
            double queued = node.admin().metrics().value("highwater_queued_bytes");
            mostQueued = Math.max(mostQueued, queued);
        }
        return mostQueued;
    }

    private void say(int number) throws IOException {
        String head = "{\"id\":\"" + number + "\",\"name\":\"Ada\",\"text\":\"";
        reading.send(
                Peer.TEXT,
                (head + "x".repeat(TEXT_CHARS) + "\"}").getBytes(StandardCharsets.US_ASCII));
    }

    private void hear(int number) throws IOException {
        assertThat(reading.readMessage().text())
                .contains("\"id\":\"" + number + "\"")
                .hasSizeGreaterThan(TEXT_CHARS);
    }

    private static void awaitEviction(NodeProcess node) {
        await().untilAsserted(
                        () -> {
                            Metrics now = node.admin().metrics();
                            assertThat(now.value("highwater_evictions_total{policy=\"evict\"}"))
                                    .isEqualTo(1);
                            assertThat(now.closes("1013")).isEqualTo(1);
                            assertThat(now.connections()).isEqualTo(1);
                            assertThat(now.value("highwater_queued_bytes")).isZero();
                        });
    }

    private static boolean takesPong(Peer peer, List<IOException> refusals) {
        try {
            peer.send(Peer.PONG, new byte[0]);
            return true;
        } catch (IOException e) {
            refusals.add(e);
            return false;
        }
    }

    private static IOException readToTheEnd(Peer peer, List<Integer> opcodes) {
        try {
            while (true) {
                opcodes.add(peer.read().opcode());
            }
        } catch (IOException e) {
            return e;
        }
    }

    private static void assertNothingIsLeft(NodeProcess node) {
        await().untilAsserted(
                        () -> {
                            Metrics now = node.admin().metrics();
                            assertThat(now.connections()).isZero();
                            assertThat(now.value("highwater_queued_bytes")).isZero();
                        });
    }

    private NodeProcess start(Map<String, String> settings) throws IOException {
        Map<String, String> all = new TreeMap<>(settings);
        all.put("highwater.outbound.high-messages", String.valueOf(HIGH_MESSAGES));
        all.put("highwater.outbound.low-messages", String.valueOf(HIGH_MESSAGES / 2));
        return opened(NodeProcess.start(folder, "-Xmx32m", all));
    }

    private <T extends AutoCloseable> T opened(T closeable) {
        opened.add(closeable);
        return closeable;
    }
}
