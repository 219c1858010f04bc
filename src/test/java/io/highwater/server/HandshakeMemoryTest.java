package io.highwater.server;

import static org.awaitility.Awaitility.await;

import io.highwater.handshake.Handshake;
import io.highwater.handshake.HandshakeObserver;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.limits.Account;
import io.highwater.log.LogLimit;
import io.highwater.testing.AccountedHeap;
import io.highwater.testing.Unbounded;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import io.highwater.wire.WireObserver;
import io.highwater.wire.deflate.DeflateObserver;
import io.highwater.wire.deflate.DeflateSettings;
import io.highwater.wire.engine.ReadBuffers;
import io.highwater.wire.engine.Waker;
import io.highwater.wire.engine.WireContext;
import io.highwater.wire.jetty.SocketUpgrade;
import io.highwater.wire.jetty.UpgradeHandler;
import io.highwater.wire.jetty.h2.StreamBursts;
import io.highwater.wire.jetty.h2.StreamUpgrade;
import io.highwater.wire.upgrade.Upgrades;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.server.Handler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is charged for opening handshakes whose rules take time is what they keep of the heap. */
@Timeout(120)
final class HandshakeMemoryTest {
    private static final int HANDSHAKES = 150;
    private static final int WARM = 20;

    private static final String UPGRADE =
            "GET /x HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUpgrade: websocket\r\n"
                    + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    + "Origin: https://example.com\r\n"
                    + "User-Agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/131.0\r\n"
                    + "\r\n";

    private final Edge edge = Edge.unbounded();
    private final CountDownLatch go = new CountDownLatch(1);
    private final AtomicInteger deciding = new AtomicInteger();
    private final List<SocketChannel> clients = new ArrayList<>();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        TimerWheel wheel = new TimerWheel(0);
        UpgradeHandler upgrades =
                new UpgradeHandler(
                        new Upgrades(
                                new WaitingRules(),
                                path -> null,
                                new WireContext(
                                        wheel,
                                        new ReadBuffers(),
                                        new WireObserver() {},
                                        edge.ledger(),
                                        Waker.AT_ONCE,
                                        LogLimit.none()),
                                Unbounded.deflate(
                                        DeflateSettings.defaults(),
                                        1 << 20,
                                        wheel,
                                        Runnable::run,
                                        DeflateObserver.NONE),
                                new HandshakeObserver() {}),
                        new SocketUpgrade(),
                        new StreamUpgrade(wheel));
        server =
                new HttpServer(
                        ServerSettings.defaults().withPort(0),
                        upgrades,
                        edge,
                        Ticker.system(),
                        new StreamBursts(LogLimit.none()),
                        new Handler.Wrapper());
        server.start();
    }

    @AfterEach
    void stop() throws IOException {
        go.countDown();
        for (SocketChannel client : clients) {
            client.close();
        }
        server.close();
    }

    private List<SocketChannel> connect(int count) throws IOException {
        List<SocketChannel> connected = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            connected.add(
                    SocketChannel.open(
                            new InetSocketAddress(
                                    InetAddress.getLoopbackAddress(), server.port())));
        }
        clients.addAll(connected);
        return connected;
    }

    @Test
    void rulesThatWait() throws Exception {
        List<SocketChannel> warm = connect(WARM);
        List<SocketChannel> measured = connect(HANDSHAKES);
        await().until(() -> edge.connections().open() == WARM + HANDSHAKES);
        ask(warm);
        new AccountedHeap(
                        () ->
                                edge.ledger().book(Account.HANDSHAKES).bytes()
                                        + edge.ledger().book(Account.HTTP).bytes())
                .checkWithThreads(HANDSHAKES, () -> ask(measured));
    }

    private void ask(List<SocketChannel> connected) throws IOException {
        int expected = deciding.get() + connected.size();
        for (SocketChannel client : connected) {
            client.write(ByteBuffer.wrap(UPGRADE.getBytes(StandardCharsets.ISO_8859_1)));
        }
        await().until(() -> deciding.get() == expected);
    }

    private final class WaitingRules implements Handshake {
        @Override
        public CompletionStage<UpgradeDecision> decide(UpgradeRequest request) {
            deciding.incrementAndGet();
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return UpgradeDecision.Rejected.of(403, "test", "No.").asStage();
        }
    }
}
