package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Thousands that come at once and go again, three times over. */
@Timeout(180)
class ReconnectStormTest {
    private static final int CLIENTS = 5_000;
    private static final int STORMS = 3;

    /** Clients whose connection is not answered yet: what the kernel's accept queue may hold. */
    private static final int AT_ONCE = 500;

    /** Two pools of 200, of which a later storm may use more than the first, and the others. */
    private static final int MAX_THREADS = 450;

    /** Ours that live by session or by connection, and Jetty's under them. */
    private static final List<String> PER_SESSION =
            List.of(
                    "io.highwater.endpoint.session.EndpointSession",
                    "io.highwater.endpoint.demo.ChatEndpoint",
                    "io.highwater.wire.engine.WireConnection",
                    "io.highwater.wire.engine.WireReader",
                    "io.highwater.wire.engine.SessionEnd$Writer",
                    "io.highwater.wire.engine.Release$CloseDeadline",
                    "io.highwater.wire.jetty.SocketTransport",
                    "io.highwater.outbound.SendQueue",
                    "io.highwater.outbound.QueueContents",
                    "io.highwater.outbound.CloseDeadline",
                    "io.highwater.keepalive.Keepalive",
                    "io.highwater.keepalive.MaxIdle",
                    "org.eclipse.jetty.io.SocketChannelEndPoint",
                    "org.eclipse.jetty.server.internal.HttpConnection");

    @TempDir private Path folder;

    @Test
    void threeStormsLeaveNothingBehind() throws Exception {
        // The clients in here answer no Ping.
        Map<String, String> patient =
                Map.of(
                        "highwater.keepalive.ping-interval", "10m",
                        "highwater.keepalive.pong-timeout", "10m",
                        "highwater.keepalive.idle-timeout", "20m");
        try (NodeProcess node = NodeProcess.start(folder, "-Xmx256m", patient)) {
            storm(node);
            assertNothingIsLeft(node);
            double calmObjects = objects(node);

            for (int i = 1; i < STORMS; i++) {
                storm(node);
                assertNothingIsLeft(node);
            }

            Metrics after = node.admin().metrics();
            assertThat(after.value("highwater_handshakes_total{outcome=\"accepted\"}"))
                    .isEqualTo(STORMS * CLIENTS);
            assertThat(after.closes("1000")).isEqualTo(STORMS * CLIENTS);
            assertThat(after.value("jvm_threads_live_threads")).isLessThan(MAX_THREADS);
            // One object for each client of the later storms would be a tenth of them all.
            assertThat(objects(node)).isLessThan(calmObjects + CLIENTS);
        }
    }

    private static double objects(NodeProcess node) throws Exception {
        return node.liveObjects().values().stream().mapToDouble(Long::doubleValue).sum();
    }

    private static void assertNothingIsLeft(NodeProcess node) {
        await().untilAsserted(
                        () -> {
                            Metrics now = node.admin().metrics();
                            assertThat(now.connections()).isZero();
                            assertThat(now.value("highwater_queued_bytes")).isZero();
                            assertThat(now.value("highwater_slow_clients")).isZero();
                        });
        // Idle selector threads may hold on to the last connection they served.
        await().untilAsserted(
                        () -> {
                            Map<String, Long> live = node.liveObjects();
                            Map<String, Long> left =
                                    PER_SESSION.stream()
                                            .filter(live::containsKey)
                                            .collect(Collectors.toMap(name -> name, live::get));
                            assertThat(left.values()).allSatisfy(n -> assertThat(n).isLessThan(10));
                        });
    }

    /** Opens all, as fast as they are answered, then closes all. */
    private static void storm(NodeProcess node) throws IOException {
        InetSocketAddress server = new InetSocketAddress("127.0.0.1", node.port());
        byte[] request = Upgrade.request(node.port(), "/v1/echo");
        byte[] close = Peer.masked(Peer.CLOSE, new byte[] {0x03, (byte) 0xE8});
        Set<Client> all = new HashSet<>();
        try (Selector selector = Selector.open()) {
            int started = 0;
            int open = 0;
            while (open < CLIENTS) {
                for (; started < CLIENTS && started - open < AT_ONCE; started++) {
                    all.add(new Client(selector, server));
                }
                selector.select();
                for (SelectionKey key : selector.selectedKeys()) {
                    Client client = (Client) key.attachment();
                    if (key.isConnectable()) {
                        client.connected(key, request);
                    } else if (client.read() && client.isOpen()) {
                        open++;
                    }
                }
                selector.selectedKeys().clear();
            }
            for (Client client : all) {
                client.write(close);
            }
            int ended = 0;
            while (ended < CLIENTS) {
                selector.select();
                for (SelectionKey key : selector.selectedKeys()) {
                    Client client = (Client) key.attachment();
                    if (!client.read()) {
                        client.end();
                        ended++;
                    }
                }
                selector.selectedKeys().clear();
            }
        } finally {
            for (Client client : all) {
                client.channel.close();
            }
        }
    }

    private static final class Client {
        final SocketChannel channel;
        private final ByteBuffer in = ByteBuffer.allocate(512);

        Client(Selector selector, InetSocketAddress server) throws IOException {
            channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.register(selector, SelectionKey.OP_CONNECT, this);
            channel.connect(server);
        }

        void connected(SelectionKey key, byte[] request) throws IOException {
            channel.finishConnect();
            key.interestOps(SelectionKey.OP_READ);
            write(request);
        }

        void write(byte[] bytes) throws IOException {
            if (channel.write(ByteBuffer.wrap(bytes)) < bytes.length) {
                throw new IOException("a new socket is full");
            }
        }

        /** False at the end. */
        boolean read() throws IOException {
            return channel.read(in) >= 0;
        }

        boolean isOpen() {
            String head = new String(in.array(), 0, in.position(), StandardCharsets.US_ASCII);
            return head.startsWith("HTTP/1.1 101 ") && head.contains("\r\n\r\n");
        }

        /** The last that came is the Close with 1000. */
        void end() throws IOException {
            int code = in.getShort(in.position() - 2);
            if (code != 1000) {
                throw new EOFException("ended with " + code);
            }
            channel.close();
        }
    }
}
