package io.highwater.bench.engine;

import io.highwater.handshake.Handshake;
import io.highwater.handshake.HandshakeObserver;
import io.highwater.handshake.RoutePolicy;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.limits.Account;
import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import io.highwater.server.SocketConnector;
import io.highwater.time.Ticker;
import io.highwater.time.TimerThread;
import io.highwater.time.TimerWheel;
import io.highwater.wire.Route;
import io.highwater.wire.WireObserver;
import io.highwater.wire.WireSettings;
import io.highwater.wire.deflate.DeflateObserver;
import io.highwater.wire.deflate.DeflateSettings;
import io.highwater.wire.deflate.PermessageDeflate;
import io.highwater.wire.engine.ReadBuffers;
import io.highwater.wire.engine.WireContext;
import io.highwater.wire.jetty.SocketUpgrade;
import io.highwater.wire.jetty.UpgradeHandler;
import io.highwater.wire.upgrade.Upgrades;
import java.net.InetAddress;
import java.util.concurrent.CompletionStage;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;

/**
 * Highwater's wire engine on a Jetty server with its connector, and a listener that echoes: no
 * endpoint, no session, no handshake rule, no keepalive. What the layers above it cost is the
 * difference.
 */
public final class WirePeer {
    private static final int BACKLOG = 4096;

    private WirePeer() {}

    /** Prints one ready line and serves until killed. */
    public static void main(String[] args) throws Exception {
        Ticker ticker = Ticker.system();
        TimerWheel wheel = new TimerWheel(ticker.nanoTime());
        TimerThread.start(wheel, ticker);
        // The echo does not block, so it may run where the bytes were read.
        Route echo =
                new Route(
                        RoutePolicy.of("/v1/echo"),
                        WireSettings.defaults(),
                        Route.SAME_THREAD,
                        Route.Lifecycle.NON_BLOCKING,
                        (wire, request, decision, headers) -> new EchoListener(wire));
        Server server = new Server();
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendDateHeader(false);
        SocketConnector connector = new SocketConnector(server, new HttpConnectionFactory(http));
        connector.setHost("127.0.0.1");
        connector.setAcceptQueueSize(BACKLOG);
        server.addConnector(connector);
        server.setHandler(
                new UpgradeHandler(
                        new Upgrades(
                                new Everybody(),
                                path -> echo,
                                new WireContext(wheel, new ReadBuffers(), WireObserver.NONE),
                                new PermessageDeflate(
                                        DeflateSettings.defaults(),
                                        Runtime.getRuntime().maxMemory(),
                                        Ledger.unbounded().book(Account.CONTEXTS),
                                        wheel,
                                        Route.SAME_THREAD,
                                        DeflateObserver.NONE,
                                        LogLimit.none()),
                                HandshakeObserver.NONE),
                        new SocketUpgrade()));
        server.start();
        System.out.println("Wire ready: http://127.0.0.1:" + connector.getLocalPort());
        server.join();
    }

    /** Lets everybody in, on the thread that reads. */
    private static final class Everybody implements Handshake {
        private final UpgradeDecision.Accepted accepted =
                UpgradeDecision.Accepted.of(InetAddress.getLoopbackAddress());

        @Override
        public CompletionStage<UpgradeDecision> decide(UpgradeRequest request) {
            return accepted.asStage();
        }

        @Override
        public boolean mayBlock(UpgradeRequest request) {
            return false;
        }
    }
}
