package io.highwater.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.highwater.limits.Account;
import io.highwater.limits.AddressLimits;
import io.highwater.limits.Ledger;
import io.highwater.limits.LimitSettings;
import io.highwater.limits.LimitsObserver;
import io.highwater.limits.Payers;
import io.highwater.limits.TcpConnections;
import io.highwater.limits.TcpLimits;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.RawStreams;
import io.highwater.time.TimerWheel;
import io.highwater.wire.jetty.h2.StreamBursts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What one client's HTTP/2 connections may cost, over real sockets. Time limits are guards. */
@Timeout(60)
class Http2BoundsTest {
    private static final int STREAM_CLOSED = 5;
    private static final int REFUSED_STREAM = 7;
    private static final int LAST_HEADERS = RawStreams.END_HEADERS | RawStreams.END_STREAM;

    /** An empty user-agent, by its number in the static table (RFC 7541 appendix A). */
    private static final byte[] TRAILERS = {(byte) 0xBA};

    private static final int HEAP_BYTES = 512 << 20;

    private final FakeTicker ticker = new FakeTicker();
    private final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
    private final Waiting waiting = new Waiting();
    private Ledger ledger;
    private HttpServer server;

    @AfterEach
    void stop() {
        server.close();
    }

    private void start(int wastePerSecond, int wasteBurst, int heapBytes) throws IOException {
        AddressLimits limits = new AddressLimits(1_000_000, 1_000_000, wastePerSecond, wasteBurst);
        ledger =
                new Ledger(
                        new LimitSettings(0.5, 0.25, limits),
                        heapBytes,
                        new Payers(limits, address -> false, ticker),
                        LimitsObserver.NONE,
                        ticker,
                        LogLimit.none());
        server =
                new HttpServer(
                        ServerSettings.defaults().withPort(0),
                        new TunnelHandler(),
                        edge(),
                        ticker,
                        new StreamBursts(LogLimit.none()),
                        waiting);
        server.start();
    }

    private Edge edge() {
        return new Edge(
                EdgeSettings.defaults(),
                ledger,
                new TcpConnections(
                        TcpLimits.unlimited(),
                        ledger.payers(),
                        LimitsObserver.NONE,
                        ticker,
                        LogLimit.none()),
                wheel,
                LimitsObserver.NONE,
                LogLimit.none());
    }

    private RawStreams connect() throws IOException {
        return RawStreams.connect(URI.create("http://127.0.0.1:" + server.port()));
    }

    private long kept(Account account) {
        return ledger.book(account).bytes();
    }

    @Test
    void aHundredPlainRequestsAtOnceAndWebSocketsBesideThem() throws Exception {
        start(1_000, 30_000, HEAP_BYTES);
        try (RawStreams client = connect()) {
            long before = keptByConnection(client);
            List<Integer> streams = new ArrayList<>();
            for (int i = 0; i < 150; i++) {
                streams.add(client.get("/"));
            }
            for (int stream : streams.subList(100, 150)) {
                RawStreams.Frame frame = client.next(stream);
                assertThat(frame.type()).isEqualTo(RawStreams.RST_STREAM);
                assertThat(ByteBuffer.wrap(frame.payload()).getInt()).isEqualTo(REFUSED_STREAM);
            }
            await().until(() -> waiting.requests.size() == 100);
            echo(client);
            long each = (kept(Account.HTTP) - before) / 100;
            assertThat(each).isBetween(2_000L, 20_000L);
            waiting.answerAll();
            for (int stream : streams.subList(0, 100)) {
                assertThat(client.next(stream).type()).isEqualTo(RawStreams.HEADERS);
            }
            await().until(() -> kept(Account.HTTP) == before);
            int again = client.get("/");
            waiting.answerNext();
            assertThat(client.next(again).type()).isEqualTo(RawStreams.HEADERS);
        }
        await().until(() -> kept(Account.HTTP) == 0);
    }

    @Test
    void aRequestThatWasResetCountsUntilItsHandlerIsDone() throws Exception {
        start(1_000, 30_000, HEAP_BYTES);
        try (RawStreams client = connect()) {
            long before = keptByConnection(client);
            for (int i = 0; i < 100; i++) {
                client.write(RawStreams.RST_STREAM, 0, client.get("/"), new byte[] {0, 0, 0, 8});
            }
            client.get("/");
            await().until(() -> !waiting.requests.isEmpty());
            assertThat(kept(Account.HTTP)).isGreaterThan(before);
            // Those that were reset before their turn are never begun, and are over, too.
            await().until(
                            () -> {
                                waiting.answerAll();
                                return kept(Account.HTTP) == before;
                            });
        }
    }

    @Test
    void anAddressHasAQuarterOfTheAccount() throws Exception {
        // A budget of 4 MiB, 0.4 for plain HTTP, 0.1 for an address.
        start(1_000, 30_000, 8 << 20);
        try (RawStreams client = connect()) {
            List<Integer> streams = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                streams.add(client.get("/"));
            }
            RawStreams.Frame last = client.next(streams.get(49));
            assertThat(last.type()).isEqualTo(RawStreams.RST_STREAM);
            assertThat(kept(Account.HTTP))
                    .isLessThanOrEqualTo(ledger.book(Account.HTTP).mostBytesOfAddress());
        }
    }

    @Test
    void aRequestThatWaitsForItsClientHasADeadline() throws Exception {
        start(1_000, 30_000, HEAP_BYTES);
        try (RawStreams client = connect()) {
            client.initialWindow(0);
            int unread = client.get("/");
            // Two at once may come in either order: each has a thread.
            await().until(() -> waiting.requests.size() == 1);
            int ours = client.get("/");
            await().until(() -> waiting.requests.size() == 2);
            waiting.answerNext();
            assertThat(client.next(unread).type()).isEqualTo(RawStreams.HEADERS);
            ticker.advance(Duration.ofSeconds(29), wheel);
            echo(client);
            assertThat(client.waiting(unread)).isZero();
            ticker.advance(Duration.ofSeconds(2), wheel);
            assertThat(client.next(unread).type()).isEqualTo(RawStreams.RST_STREAM);
            // The other waits for us.
            assertThat(client.waiting(ours)).isZero();
            waiting.answerAll();
            assertThat(client.next(ours).type()).isEqualTo(RawStreams.HEADERS);
        }
        await().until(() -> kept(Account.HTTP) == 0);
    }

    @Test
    void whatNobodyReadsIsCountedUntilItsStreamIsGone() throws Exception {
        start(1_000, 30_000, HEAP_BYTES);
        try (RawStreams client = connect()) {
            int stream = client.post("/");
            for (int i = 0; i < 60; i++) {
                client.write(RawStreams.DATA, 0, stream, new byte[1_000]);
            }
            await().until(() -> kept(Account.INBOUND) >= 60_000);
            assertThat(kept(Account.INBOUND)).isLessThan(80_000);
            client.write(RawStreams.RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8});
            await().until(() -> kept(Account.INBOUND) == 0);
        }
    }

    private enum Ended {
        /** By END_STREAM on its head. */
        REQUEST {
            @Override
            int stream(RawStreams client) throws IOException {
                return client.get("/");
            }
        },
        /** By END_STREAM that nobody has read. */
        UNREAD_BODY {
            @Override
            int stream(RawStreams client) throws IOException {
                int stream = client.post("/");
                client.write(RawStreams.DATA, RawStreams.END_STREAM, stream, new byte[10]);
                return stream;
            }
        },
        TRAILERS_ALREADY {
            @Override
            int stream(RawStreams client) throws IOException {
                int stream = client.post("/");
                client.write(RawStreams.HEADERS, LAST_HEADERS, stream, TRAILERS);
                return stream;
            }
        },
        /** Whose echo waits for its window, so that nobody reads. */
        SOCKET {
            @Override
            int stream(RawStreams client) throws IOException {
                client.initialWindow(0);
                int stream = client.open("/");
                client.sendText(stream, "hello");
                client.write(RawStreams.HEADERS, LAST_HEADERS, stream, TRAILERS);
                return stream;
            }
        };

        abstract int stream(RawStreams client) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void headersBehindTheEndResetTheStream(Ended ended) throws Exception {
        start(1_000, 30_000, HEAP_BYTES);
        try (RawStreams client = connect()) {
            long before = keptByConnection(client);
            int stream = ended.stream(client);
            client.write(RawStreams.HEADERS, LAST_HEADERS, stream, TRAILERS);
            RawStreams.Frame reset = client.next(stream, RawStreams.RST_STREAM);
            assertThat(ByteBuffer.wrap(reset.payload()).getInt()).isEqualTo(STREAM_CLOSED);
            await().until(
                            () -> {
                                waiting.answerAll();
                                return kept(Account.HTTP) == before;
                            });
            client.initialWindow(100);
            echo(client);
        }
        await().until(() -> kept(Account.INBOUND) == 0);
    }

    @Test
    void trailersCountAsLongAsTheirRequest() throws Exception {
        start(1_000, 30_000, HEAP_BYTES);
        try (RawStreams client = connect()) {
            long before = keptByConnection(client);
            int stream = client.post("/");
            await().until(() -> waiting.requests.size() == 1);
            long head = kept(Account.HTTP);
            client.write(RawStreams.HEADERS, LAST_HEADERS, stream, trailers(40));
            await().until(() -> kept(Account.HTTP) >= head + 4_000);
            assertThat(kept(Account.HTTP)).isLessThan(head + 12_000);
            waiting.answerAll();
            await().until(() -> kept(Account.HTTP) == before);
        }
    }

    /** So many fields of 102 bytes. */
    private static byte[] trailers(int fields) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < fields; i++) {
            block.writeBytes(new byte[] {0, 2, 'a', (byte) ('a' + i % 26), 100});
            block.writeBytes("x".repeat(100).getBytes(StandardCharsets.US_ASCII));
        }
        return block.toByteArray();
    }

    @Test
    void theStreamsWithMostUnreadEndFirst() throws Exception {
        // A budget of 2 MiB, 0.18 of it for what came in, 94 KB for an address.
        start(1_000, 30_000, 4 << 20);
        try (RawStreams client = connect()) {
            int small = client.post("/");
            client.write(RawStreams.DATA, 0, small, new byte[10]);
            int first = client.post("/");
            int second = client.post("/");
            for (int i = 0; i < 60; i++) {
                client.write(RawStreams.DATA, 0, first, new byte[1_000]);
            }
            await().until(() -> kept(Account.INBOUND) > 60_000);
            ticker.advance(Duration.ofSeconds(1), wheel);
            for (int i = 0; i < 30; i++) {
                client.write(RawStreams.DATA, 0, second, new byte[1_000]);
            }
            client.next(first, RawStreams.RST_STREAM);
            await().until(() -> kept(Account.INBOUND) > 30_000 && kept(Account.INBOUND) < 40_000);
            assertThat(client.waiting(small)).isZero();
            assertThat(client.waiting(second)).isZero();
        }
        await().until(() -> kept(Account.INBOUND) == 0);
    }

    @Test
    void wasteCountsOverAllConnectionsOfAnAddress() throws Exception {
        start(10, 1_000, HEAP_BYTES);
        for (int i = 0; i < 3; i++) {
            try (RawStreams client = connect()) {
                for (int j = 0; j < 300; j++) {
                    client.write(RawStreams.PING, 0, 0, new byte[8]);
                }
                echo(client);
            }
        }
        try (RawStreams client = connect()) {
            assertThatThrownBy(
                            () -> {
                                for (int j = 0; j < 300; j++) {
                                    client.write(RawStreams.PING, 0, 0, new byte[8]);
                                }
                                echo(client);
                            })
                    .satisfiesAnyOf(
                            e -> assertThat(e).hasMessageContaining("rate"),
                            e -> assertThat(e).isInstanceOf(IOException.class));
        }
        assertThatThrownBy(
                        () -> {
                            try (RawStreams client = connect()) {
                                echo(client);
                            }
                        })
                .isInstanceOf(IOException.class);
        ticker.advance(Duration.ofSeconds(11));
        try (RawStreams client = connect()) {
            echo(client);
        }
    }

    @Test
    void windowUpdatesThatNothingAsksForAreWaste() throws Exception {
        start(1, 1_000, HEAP_BYTES);
        try (RawStreams client = connect()) {
            int stream = client.open("/");
            for (int i = 0; i < 2_000; i++) {
                client.sendText(stream, "hello");
                client.next(stream, RawStreams.DATA);
                client.widen(stream, 1);
                client.widen(0, 1);
            }
            assertThatThrownBy(
                            () -> {
                                for (int i = 0; i < 20_000; i++) {
                                    client.widen(0, 1);
                                }
                                echo(client);
                            })
                    .satisfiesAnyOf(
                            e -> assertThat(e).hasMessageContaining("window_update"),
                            e -> assertThat(e).isInstanceOf(IOException.class));
        }
    }

    @Test
    void othersHaveTheirTurnBesideAFlood() throws Exception {
        // Nothing of this is too much: only turns help.
        start(1_000_000, 1_000_000, HEAP_BYTES);
        AtomicBoolean stop = new AtomicBoolean();
        Queue<Throwable> ended = new ConcurrentLinkedQueue<>();
        try (RawStreams flood = connect();
                RawStreams client = connect()) {
            Thread flooding =
                    new Thread(
                            () -> {
                                try {
                                    while (!stop.get()) {
                                        flood.widenOften(0, 1_000);
                                        ticker.advance(Duration.ofMillis(1));
                                    }
                                } catch (IOException e) {
                                    ended.add(e);
                                }
                            });
            flooding.start();
            for (int i = 0; i < 100; i++) {
                echo(client);
            }
            stop.set(true);
            flooding.join();
            assertThat(ended).isEmpty();
        }
    }

    /** What it keeps without a request. */
    private long keptByConnection(RawStreams client) throws IOException {
        echo(client);
        return kept(Account.HTTP);
    }

    private static void echo(RawStreams client) throws IOException {
        int stream = client.open("/");
        client.widen(stream, 100);
        client.sendText(stream, "hello");
        assertThat(client.next(stream, RawStreams.DATA).payload()).hasSizeGreaterThan(0);
        client.write(RawStreams.RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8});
    }

    /** Reads no body, and answers when it is told to. */
    private static final class Waiting extends Handler.Abstract.NonBlocking {
        private final Queue<Runnable> requests = new ConcurrentLinkedQueue<>();

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            requests.add(() -> response.write(true, ByteBuffer.allocate(100), callback));
            return true;
        }

        void answerNext() {
            await().until(() -> !requests.isEmpty());
            requests.remove().run();
        }

        void answerAll() {
            for (Runnable next = requests.poll(); next != null; next = requests.poll()) {
                next.run();
            }
        }
    }
}
