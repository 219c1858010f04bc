package io.highwater.server;

import io.highwater.limits.Account;
import io.highwater.limits.AddressLimits;
import io.highwater.limits.Deadline;
import io.highwater.limits.Ledger;
import io.highwater.limits.LimitSettings;
import io.highwater.limits.LimitsObserver;
import io.highwater.limits.Payers;
import io.highwater.limits.Refusal;
import io.highwater.limits.TcpConnections;
import io.highwater.limits.TcpLimits;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.Stray;
import io.highwater.time.TimerWheel;
import io.highwater.wire.jetty.h2.StreamBursts;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.eclipse.jetty.server.Handler;
import org.jspecify.annotations.Nullable;

/** A server whose time is moved by hand, and clients of several loopback addresses. */
final class EdgeFixture implements AutoCloseable {
    static final long MUCH_HEAP = 1L << 40;

    final FakeTicker ticker = new FakeTicker();
    final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
    final List<Refusal> refused = new CopyOnWriteArrayList<>();
    final List<Deadline> deadlines = new CopyOnWriteArrayList<>();
    final Stray observers = new Stray();
    final AtomicInteger refusedRequests = new AtomicInteger();
    final AtomicInteger ended = new AtomicInteger();
    final List<Integer> badRequests = new CopyOnWriteArrayList<>();
    final Edge edge;

    private @Nullable HttpServer server;

    EdgeFixture(long heapBytes, TcpLimits tcp, AddressLimits address) {
        this(heapBytes, tcp, address, ignored -> false, LogLimit.none());
    }

    EdgeFixture(
            long heapBytes,
            TcpLimits tcp,
            AddressLimits address,
            Predicate<InetAddress> isProxy,
            LogLimit logs) {
        LimitsObserver observer =
                new LimitsObserver() {
                    @Override
                    public void onConnectionRefused(Refusal refusal) {
                        refused.add(refusal);
                    }

                    @Override
                    public void onDeadline(Deadline deadline) {
                        observers.call();
                        deadlines.add(deadline);
                    }

                    @Override
                    public void onRequestRefused() {
                        refusedRequests.incrementAndGet();
                    }

                    @Override
                    public void onBadRequest(int status) {
                        observers.call();
                        badRequests.add(status);
                    }

                    @Override
                    public void onEnded(Account account, int debtors) {
                        ended.addAndGet(debtors);
                    }
                };
        Payers payers = new Payers(address, isProxy, ticker);
        Ledger ledger =
                new Ledger(
                        new LimitSettings(1, 0.25, address),
                        heapBytes,
                        payers,
                        observer,
                        ticker,
                        LogLimit.none());
        edge =
                new Edge(
                        EdgeSettings.defaults(),
                        ledger,
                        new TcpConnections(tcp, payers, observer, ticker, LogLimit.none()),
                        wheel,
                        observer,
                        logs);
    }

    static EdgeFixture roomy() {
        return new EdgeFixture(
                MUCH_HEAP,
                TcpLimits.unlimited(),
                new AddressLimits(1_000_000, 1_000_000, 1_000_000, 1_000_000));
    }

    EdgeFixture serve(Handler handler) throws IOException {
        return serve(ServerSettings.defaults().withPort(0), handler);
    }

    EdgeFixture serve(ServerSettings settings, Handler handler) throws IOException {
        return serve(settings, new Handler.Wrapper(), handler);
    }

    /**
     * @param upgrade is asked on the thread that reads, and may answer there
     */
    EdgeFixture serve(ServerSettings settings, Handler.Wrapper upgrade, Handler handler)
            throws IOException {
        HttpServer serving =
                new HttpServer(
                        settings,
                        upgrade,
                        edge,
                        ticker,
                        new StreamBursts(LogLimit.none()),
                        handler);
        server = serving;
        serving.start();
        return this;
    }

    HttpServer server() {
        return java.util.Objects.requireNonNull(server);
    }

    void advance(Duration by) {
        ticker.advance(by, wheel);
    }

    long bytes(Account account) {
        return edge.ledger().book(account).bytes();
    }

    Socket connect() throws IOException {
        return connect("127.0.0.1");
    }

    Socket connect(String from) throws IOException {
        return connect(from, server().port());
    }

    Socket connect(String from, int port) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(from, 0));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(20_000);
        return socket;
    }

    static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** All that comes until the server closes or resets. */
    static String rest(Socket socket) {
        StringBuilder text = new StringBuilder();
        try {
            InputStream in = socket.getInputStream();
            for (int next = in.read(); next >= 0; next = in.read()) {
                text.append((char) next);
            }
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("still open, after: " + text, e);
        } catch (IOException e) {
            text.append("<reset>");
        }
        return text.toString();
    }

    /** One answer with a Content-Length. */
    static String answer(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("end after: " + head);
            }
            head.append((char) next);
        }
        String length =
                head.toString().replaceFirst("(?is).*\r\ncontent-length: ([0-9]+)\r\n.*", "$1");
        return head + new String(in.readNBytes(Integer.parseInt(length)), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
    }
}
