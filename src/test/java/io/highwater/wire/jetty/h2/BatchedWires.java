package io.highwater.wire.jetty.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.handshake.HandshakeObserver;
import io.highwater.handshake.RoutePolicy;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.limits.Ledger;
import io.highwater.limits.LimitsObserver;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.RawStreams;
import io.highwater.testing.Unbounded;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.Opcode;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.Route;
import io.highwater.wire.Wire;
import io.highwater.wire.WireListener;
import io.highwater.wire.WireObserver;
import io.highwater.wire.WireSettings;
import io.highwater.wire.deflate.DeflateObserver;
import io.highwater.wire.deflate.DeflateSettings;
import io.highwater.wire.engine.ReadBuffers;
import io.highwater.wire.engine.WireContext;
import io.highwater.wire.jetty.UpgradeHandler;
import io.highwater.wire.upgrade.Upgrades;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.internal.HTTP2ServerConnection;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.LifeCycle;

/**
 * A server whose sockets, all h2c, are in the test's hands as {@link Wire}s. It counts the writes
 * to TCP connections, and every pooled buffer that is not given back. Time moves by hand.
 */
final class BatchedWires implements AutoCloseable {
    /** Of the answer to a plain GET. */
    static final int PAGE_BYTES = 70_000;

    private static final int GUARD_SECONDS = 30;

    /** A burst waits for its end with what is for fewer connections than this. */
    static final int MAX_CONNECTIONS = 3;

    final StreamBursts bursts = new StreamBursts(MAX_CONNECTIONS, LogLimit.none());
    final AtomicInteger tcpWrites = new AtomicInteger();
    final ArrayByteBufferPool.Tracking pool = new ArrayByteBufferPool.Tracking();
    final FakeTicker ticker = new FakeTicker();
    final TimerWheel wheel = new TimerWheel(ticker.nanoTime());

    /** In the order they were opened, if that was one after the other. */
    final List<Socket> sockets = new CopyOnWriteArrayList<>();

    private final ExecutorService callbacks = Executors.newCachedThreadPool();
    private final Server server = new Server();
    private final ServerConnector connector;
    private final Ledger ledger;

    BatchedWires() throws Exception {
        this(Ledger.unbounded());
    }

    BatchedWires(Ledger ledger) throws Exception {
        this.ledger = ledger;
        HttpConfiguration http = new HttpConfiguration();
        connector =
                new ServerConnector(server, null, null, pool, 1, 1, new Factory(http)) {
                    @Override
                    protected SocketChannelEndPoint newEndPoint(
                            SocketChannel channel, ManagedSelector selector, SelectionKey key) {
                        return new CountingEndPoint(channel, selector, key, this);
                    }
                };
        connector.setHost("127.0.0.1");
        connector.setIdleTimeout(0);
        server.addConnector(connector);
        Route route =
                new Route(
                        RoutePolicy.of("/t"),
                        new WireSettings(100_000, Duration.ofSeconds(30), Duration.ofSeconds(10)),
                        callbacks,
                        Route.Lifecycle.MAY_BLOCK,
                        (wire, request, decision, headers) -> {
                            Socket socket = new Socket(wire);
                            sockets.add(socket);
                            return socket;
                        });
        UpgradeDecision accepted = UpgradeDecision.Accepted.of(InetAddress.getLoopbackAddress());
        UpgradeHandler upgrade =
                new UpgradeHandler(
                        new Upgrades(
                                request -> accepted.asStage(),
                                path -> route,
                                new WireContext(wheel, new ReadBuffers(), new WireObserver() {}),
                                Unbounded.deflate(
                                        DeflateSettings.defaults(),
                                        1 << 20,
                                        wheel,
                                        Runnable::run,
                                        DeflateObserver.NONE),
                                HandshakeObserver.NONE),
                        new StreamUpgrade(wheel));
        upgrade.setHandler(new Page());
        server.setHandler(upgrade);
        server.start();
    }

    /** Answers plain requests. */
    private static final class Page extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            response.write(true, ByteBuffer.allocate(PAGE_BYTES), callback);
            return true;
        }
    }

    private final class CountingEndPoint extends SocketChannelEndPoint {
        CountingEndPoint(
                SocketChannel channel,
                ManagedSelector selector,
                SelectionKey key,
                ServerConnector connector) {
            super(channel, selector, key, connector.getScheduler());
        }

        @Override
        public boolean flush(ByteBuffer... buffers) throws IOException {
            tcpWrites.incrementAndGet();
            return super.flush(buffers);
        }
    }

    private final class Factory extends HTTP2CServerConnectionFactory {
        Factory(HttpConfiguration http) {
            super(http);
            setMaxConcurrentStreams(1000);
            setMaxEncoderTableCapacity(0);
        }

        @Override
        public Connection newConnection(Connector connector, EndPoint endPoint) {
            HTTP2ServerConnection connection =
                    new BatchedHttp2(
                                    bursts,
                                    new Http2Bounds(
                                            ledger,
                                            new TimerWheel(0),
                                            Ticker.system(),
                                            Duration.ofSeconds(10),
                                            Duration.ZERO,
                                            LimitsObserver.NONE,
                                            LogLimit.none()))
                            .connection(
                                    this,
                                    connector,
                                    endPoint,
                                    newSessionListener(connector, endPoint));
            connection.getSession().getGenerator().getHpackEncoder().setTableCapacity(0);
            return configure(connection, connector, endPoint);
        }
    }

    /** One WebSocket: the server's end, and what it heard. */
    static final class Socket implements WireListener {
        final Wire wire;
        final CountDownLatch opened = new CountDownLatch(1);
        final CountDownLatch closed = new CountDownLatch(1);
        final AtomicInteger writables = new AtomicInteger();
        volatile Runnable onWritable = () -> {};

        Socket(Wire wire) {
            this.wire = wire;
        }

        boolean write(OutboundFrame frame) {
            return wire.write(frame);
        }

        void awaitClosed() throws InterruptedException {
            if (!closed.await(GUARD_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("not closed");
            }
        }

        @Override
        public void onOpen() {
            wire.demand();
            opened.countDown();
        }

        @Override
        public void onFragment(Opcode opcode, ByteBuffer payload, boolean last) {
            wire.demand();
        }

        @Override
        public void onWritable() {
            writables.incrementAndGet();
            onWritable.run();
        }

        @Override
        public void onClosed(CloseStatus status) {
            closed.countDown();
        }
    }

    RawStreams connect() throws IOException {
        return RawStreams.connect(URI.create("http://127.0.0.1:" + connector.getLocalPort()));
    }

    /** Opens this many more; their streams. */
    List<Integer> open(RawStreams client, int count) throws Exception {
        List<Integer> streams = new CopyOnWriteArrayList<>();
        for (int i = 0; i < count; i++) {
            streams.add(client.open("/t"));
        }
        for (Socket socket : sockets) {
            if (!socket.opened.await(GUARD_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("not opened");
            }
        }
        return streams;
    }

    /** Stops, and fails if a pooled buffer was not given back. */
    @Override
    public void close() {
        LifeCycle.stop(server);
        callbacks.shutdownNow();
        // Jetty's threads may still be at the resets that a closed connection is sent.
        await().untilAsserted(
                        () ->
                                assertThat(pool.getLeaks())
                                        .as("not given back:\n%s", pool.dumpLeaks())
                                        .isEmpty());
    }
}
