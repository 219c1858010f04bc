package io.highwater.server;

import static org.awaitility.Awaitility.await;

import io.highwater.limits.Account;
import io.highwater.log.LogLimit;
import io.highwater.testing.AccountedHeap;
import io.highwater.testing.LiveObjects;
import io.highwater.testing.RawStreams;
import io.highwater.time.Ticker;
import io.highwater.wire.jetty.h2.StreamBursts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is charged for HTTP/2 is what it keeps of the heap. */
@Timeout(120)
final class Http2MemoryTest {
    private static final int CONNECTIONS = 200;
    private static final int WARM = 20;

    /** Of a connection; before Java 21 each takes one of the server's 200 threads. */
    private static final int REQUESTS = Runtime.version().feature() >= 21 ? 50 : 8;

    private final Edge edge = Edge.unbounded();
    private final Waiting waiting = new Waiting();
    private final List<RawStreams> clients = new ArrayList<>();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server =
                new HttpServer(
                        ServerSettings.defaults().withPort(0),
                        new TunnelHandler(),
                        edge,
                        Ticker.system(),
                        new StreamBursts(LogLimit.none()),
                        new OffSelector(edge, waiting));
        server.start();
    }

    @AfterEach
    void stop() throws IOException {
        waiting.go.countDown();
        for (RawStreams client : clients) {
            client.close();
        }
        server.close();
    }

    private long bytes(Account account) {
        return edge.ledger().book(account).bytes();
    }

    private RawStreams connect() throws IOException {
        RawStreams client = RawStreams.connect(URI.create("http://127.0.0.1:" + server.port()));
        clients.add(client);
        return client;
    }

    @FunctionalInterface
    private interface Use {
        void of(RawStreams client) throws IOException;
    }

    private void settle() {
        LongSupplier all =
                () -> bytes(Account.HTTP) + bytes(Account.INBOUND) + bytes(Account.HANDSHAKES);
        long[] last = {-1};
        await().until(
                        () -> {
                            long now = all.getAsLong();
                            boolean same = now == last[0];
                            last[0] = now;
                            return same;
                        });
    }

    /** Its socket's other end, which is in this JVM, too. */
    private static long bytesOfAClient() throws IOException {
        List<RawStreams> open = new ArrayList<>();
        try (ServerSocket listening =
                new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress())) {
            URI uri = URI.create("http://127.0.0.1:" + listening.getLocalPort());
            for (int i = 0; i < WARM; i++) {
                open.add(RawStreams.connect(uri));
            }
            long before = LiveObjects.bytes();
            for (int i = 0; i < CONNECTIONS; i++) {
                open.add(RawStreams.connect(uri));
            }
            return (LiveObjects.bytes() - before) / CONNECTIONS;
        } finally {
            for (RawStreams client : open) {
                client.close();
            }
        }
    }

    private void checkConnections(Use use) throws Exception {
        long client = bytesOfAClient();
        open(WARM, use);
        new AccountedHeap(() -> bytes(Account.HTTP) + client * clients.size())
                .check(CONNECTIONS, () -> open(CONNECTIONS, use));
    }

    private void open(int count, Use use) throws IOException {
        for (int i = 0; i < count; i++) {
            use.of(connect());
        }
        settle();
    }

    @Test
    void aConnectionThatAsksForNothing() throws Exception {
        checkConnections(client -> client.initialWindow(1 << 16));
    }

    /** Its tables are full. */
    @Test
    void aConnectionThatWasAnswered() throws Exception {
        checkConnections(
                client -> {
                    client.initialWindow(1 << 16);
                    for (int i = 0; i < 60; i++) {
                        client.next(client.getIndexed("/", "x-" + i, "v".repeat(40)));
                    }
                    client.forget();
                });
    }

    private void checkRequests(Account account, Use use) throws Exception {
        List<RawStreams> warm = new ArrayList<>();
        List<RawStreams> measured = new ArrayList<>();
        for (int i = 0; i < WARM; i++) {
            RawStreams client = connect();
            client.initialWindow(1 << 16);
            (i < WARM / 2 ? warm : measured).add(client);
        }
        for (RawStreams client : warm) {
            ask(client, use);
        }
        settle();
        new AccountedHeap(() -> bytes(Account.HTTP) + bytes(Account.INBOUND))
                .checkWithThreads(
                        REQUESTS * WARM / 2,
                        () -> {
                            for (RawStreams client : measured) {
                                ask(client, use);
                            }
                            settle();
                        });
    }

    private void ask(RawStreams client, Use use) throws IOException {
        int already = waiting.requests.size();
        for (int i = 0; i < REQUESTS; i++) {
            use.of(client);
        }
        await().until(() -> waiting.requests.size() == already + REQUESTS);
    }

    @Test
    void requestsUnderWay() throws Exception {
        checkRequests(Account.HTTP, client -> client.get("/a/page?of=some&site=here"));
    }

    @Test
    void manySmallPiecesOfABodyThatNobodyReads() throws Exception {
        checkRequests(
                Account.INBOUND,
                client -> {
                    int stream = client.post("/a/page");
                    for (int i = 0; i < 30; i++) {
                        client.write(RawStreams.DATA, 0, stream, new byte[10]);
                    }
                });
    }

    @Test
    void aFewPiecesOfABodyThatNobodyReads() throws Exception {
        checkRequests(
                Account.INBOUND,
                client -> {
                    int stream = client.post("/a/page");
                    for (int i = 0; i < 5; i++) {
                        client.write(RawStreams.DATA, 0, stream, new byte[2_000]);
                    }
                });
    }

    /** Keeps requests until the end. */
    private static final class Waiting extends Handler.Abstract {
        private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
        private final AtomicInteger answered = new AtomicInteger();
        private final CountDownLatch go = new CountDownLatch(1);

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            if (Request.getPathInContext(request).equals("/")) {
                answered.incrementAndGet();
                String field = "answer-" + answered.get() % 60;
                response.getHeaders().put(field, "v".repeat(40));
                callback.succeeded();
                return true;
            }
            requests.add(request);
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            callback.succeeded();
            return true;
        }
    }
}
