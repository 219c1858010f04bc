package io.highwater.wire.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.handshake.Handshake;
import io.highwater.handshake.HandshakeObserver;
import io.highwater.handshake.RoutePolicy;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.limits.Account;
import io.highwater.limits.AddressLimits;
import io.highwater.limits.Book;
import io.highwater.limits.Ledger;
import io.highwater.limits.LimitSettings;
import io.highwater.limits.LimitsObserver;
import io.highwater.limits.Payers;
import io.highwater.log.LogLimit;
import io.highwater.testing.Unbounded;
import io.highwater.time.TimerWheel;
import io.highwater.wire.Route;
import io.highwater.wire.WireObserver;
import io.highwater.wire.WireSettings;
import io.highwater.wire.deflate.DeflateObserver;
import io.highwater.wire.deflate.DeflateSettings;
import io.highwater.wire.engine.ReadBuffers;
import io.highwater.wire.engine.Waker;
import io.highwater.wire.engine.WireContext;
import io.highwater.wire.upgrade.Upgrades;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.component.LifeCycle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Handshakes whose rules wait, each on a thread: no more than their account holds. */
@Timeout(60)
class UpgradesElsewhereTest {
    private static final String UPGRADE =
            "GET /x HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";

    private final CountDownLatch go = new CountDownLatch(1);
    private final AtomicInteger deciding = new AtomicInteger();
    private final AtomicInteger released = new AtomicInteger();
    private volatile boolean accepts;
    private volatile String unknown = "";
    private final List<String> counted = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new ArrayList<>();
    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);

    /** Handshakes may keep 35,000 bytes, and an address a quarter: two at 3,000. */
    private final Ledger ledger =
            new Ledger(
                    new LimitSettings(1, 0.25, AddressLimits.defaults()),
                    700_000,
                    new Payers(AddressLimits.defaults(), this::isProxy, () -> 0),
                    LimitsObserver.NONE,
                    () -> 0,
                    LogLimit.none());

    @BeforeEach
    void start() throws Exception {
        TimerWheel wheel = new TimerWheel(0);
        server.addConnector(connector);
        server.setHandler(
                new UpgradeHandler(
                        new Upgrades(
                                new WaitingRules(),
                                path -> accepts ? route() : null,
                                new WireContext(
                                        wheel,
                                        new ReadBuffers(),
                                        new WireObserver() {},
                                        ledger,
                                        Waker.AT_ONCE,
                                        LogLimit.none()),
                                Unbounded.deflate(
                                        DeflateSettings.defaults(),
                                        1 << 20,
                                        wheel,
                                        Runnable::run,
                                        DeflateObserver.NONE),
                                new HandshakeObserver() {
                                    @Override
                                    public void onDecided(String outcome) {
                                        counted.add(outcome);
                                    }
                                }),
                        new SocketUpgrade()));
        server.start();
    }

    private boolean isProxy(InetAddress address) {
        if (address.getHostAddress().equals(unknown)) {
            throw new IllegalStateException("thrown by a test");
        }
        return false;
    }

    private static Route route() {
        return new Route(
                RoutePolicy.of("/x"),
                new WireSettings(100_000, Duration.ofSeconds(30), Duration.ofSeconds(10)),
                Route.SAME_THREAD,
                Route.Lifecycle.MAY_BLOCK,
                (wire, request, decision, headers) -> {
                    throw new AssertionError("no session is made");
                });
    }

    @AfterEach
    void stop() throws IOException {
        go.countDown();
        for (Socket socket : sockets) {
            socket.close();
        }
        LifeCycle.stop(server);
    }

    private Socket asks() throws IOException {
        return asks("");
    }

    private Socket asks(String headers) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), connector.getLocalPort());
        socket.setSoTimeout(20_000);
        sockets.add(socket);
        socket.getOutputStream()
                .write((UPGRADE + headers + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    private static String line(Socket socket) throws IOException {
        return new String(socket.getInputStream().readNBytes(12), StandardCharsets.ISO_8859_1);
    }

    @Test
    void theOneTooManyIsToldToComeBackAndThreadsAreGivenBack() throws Exception {
        Socket first = asks();
        asks();
        await().until(() -> deciding.get() == 2);
        String refused =
                new String(asks().getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertThat(refused)
                .startsWith("HTTP/1.1 503 ")
                .contains("\r\nRetry-After: 1\r\n", "\r\nConnection: close\r\n");
        assertThat(deciding).hasValue(2);
        assertThat(counted).as("the rules count what they refuse").containsExactly("handshakes");
        go.countDown();
        assertThat(line(first)).isEqualTo("HTTP/1.1 403");
        Book book = ledger.book(Account.HANDSHAKES);
        await().until(() -> book.bytes() == 0);
        assertThat(line(asks())).isEqualTo("HTTP/1.1 403");
    }

    @Test
    void oneThatHasABodyIsCountedThoughNoRuleHasSeenIt() throws Exception {
        Socket socket = asks("Content-Length: 1\r\n");
        assertThat(line(socket)).isEqualTo("HTTP/1.1 400");
        assertThat(counted).containsExactly("body");
        assertThat(deciding).hasValue(0);
    }

    /** Nobody would be left to answer it, and its place would be taken for good. */
    @Test
    void oneWhoseClientCanNotBeToldIsAnsweredAndGivesItsPlaceBack() throws Exception {
        accepts = true;
        unknown = "198.51.100.9";
        assertThat(line(asks())).isEqualTo("HTTP/1.1 500");
        assertThat(released).hasValue(1);
    }

    private UpgradeDecision decision() {
        return accepts
                ? UpgradeDecision.Accepted.of(InetAddress.getLoopbackAddress())
                        .withLease(released::incrementAndGet)
                : UpgradeDecision.Rejected.of(403, "test", "No.");
    }

    private final class WaitingRules implements Handshake {
        @Override
        public CompletionStage<UpgradeDecision> decide(UpgradeRequest request) {
            if (accepts) {
                return decision().asStage();
            }
            deciding.incrementAndGet();
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return decision().asStage();
        }
    }
}
