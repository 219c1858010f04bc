package io.highwater.server;

import static io.highwater.server.EdgeFixture.answer;
import static io.highwater.server.EdgeFixture.rest;
import static io.highwater.server.EdgeFixture.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.highwater.limits.Account;
import io.highwater.limits.AddressLimits;
import io.highwater.limits.ConnectionLimit;
import io.highwater.limits.Deadline;
import io.highwater.limits.Refusal;
import io.highwater.limits.TcpLimits;
import io.highwater.log.LogLimit;
import io.highwater.testing.Stray;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLSocket;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections that are no WebSockets, over real sockets, with a clock moved by hand. */
@Timeout(60)
class GuestTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String LATE =
            "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    private static final AddressLimits FREQUENT =
            new AddressLimits(1_000_000, 1_000_000, 1_000_000, 1_000_000);

    private EdgeFixture fixture = EdgeFixture.roomy();

    @AfterEach
    void close() {
        fixture.close();
    }

    /** Returns when the server has read it: it is charged. */
    private void sendSome(Socket socket) throws IOException {
        long before = fixture.bytes(Account.HANDSHAKES) + fixture.bytes(Account.HTTP);
        send(socket, "X-More: " + "x".repeat(600) + "\r\n");
        await().until(
                        () ->
                                fixture.bytes(Account.HANDSHAKES) + fixture.bytes(Account.HTTP)
                                        > before);
    }

    private void awaitOpen(int connections) {
        await().until(() -> fixture.edge.connections().open() == connections);
    }

    /** Accepted, and its deadline set. */
    private void awaitArrived(int connections) {
        await().until(
                        () ->
                                fixture.edge.ledger().book(Account.HANDSHAKES).debtors()
                                        == connections);
    }

    @Test
    void aHeadHasTenSecondsHoweverItTrickles() throws IOException {
        fixture.serve(HttpServerTest.testPages());
        try (Socket socket = fixture.connect()) {
            awaitArrived(1);
            send(socket, "GET / HTTP/1.1\r\nHost: a\r\n");
            for (int i = 0; i < 4; i++) {
                fixture.advance(Duration.ofMillis(2_450));
                sendSome(socket);
            }
            assertThat(fixture.deadlines).isEmpty();
            fixture.advance(Duration.ofMillis(300));
            assertThat(fixture.deadlines).containsExactly(Deadline.HEAD);
            assertThat(rest(socket)).startsWith(LATE);
            awaitOpen(0);
            assertThat(fixture.bytes(Account.HANDSHAKES)).isZero();
        }
    }

    @Test
    void whoSaysNothingIsClosedWithoutAWord() throws IOException {
        fixture.serve(HttpServerTest.testPages());
        try (Socket socket = fixture.connect()) {
            awaitArrived(1);
            fixture.advance(Duration.ofMillis(9_900));
            assertThat(fixture.deadlines).isEmpty();
            fixture.advance(Duration.ofMillis(200));
            assertThat(rest(socket)).isEqualTo("<reset>");
            awaitOpen(0);
        }
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void whoIsLateIsClosedThoughThatCannotBeCounted(Stray.Kind kind) throws IOException {
        fixture.serve(HttpServerTest.testPages());
        try (Socket socket = fixture.connect()) {
            awaitArrived(1);
            fixture.observers.arm(kind);
            fixture.advance(Duration.ofMillis(10_100));
            assertThat(fixture.observers.isSpent()).isTrue();
            assertThat(rest(socket)).isEqualTo("<reset>");
            awaitOpen(0);
            assertThat(fixture.bytes(Account.HANDSHAKES)).isZero();
        }
    }

    @Test
    void aFurtherHeadHasTenSecondsFromItsFirstByte() throws IOException {
        fixture.serve(HttpServerTest.testPages());
        try (Socket socket = fixture.connect()) {
            send(socket, GET);
            assertThat(answer(socket)).startsWith("HTTP/1.1 200 ");
            awaitIdle();
            // Idle, it has no deadline here: Jetty's is of the wall's time.
            fixture.advance(Duration.ofSeconds(25));
            send(socket, "GET / HTTP/1.1\r\nHost: a\r\n");
            sendSome(socket);
            fixture.advance(Duration.ofMillis(9_800));
            sendSome(socket);
            assertThat(fixture.deadlines).isEmpty();
            fixture.advance(Duration.ofMillis(400));
            assertThat(rest(socket)).startsWith(LATE);
            assertThat(fixture.deadlines).containsExactly(Deadline.HEAD);
            assertThat(fixture.bytes(Account.HTTP)).isZero();
        }
    }

    private void awaitIdle() {
        await().until(() -> fixture.bytes(Account.HTTP) == GuestHttp.BYTES + 270);
    }

    @Test
    void pipelinedHeadsHaveADeadlineToo() throws IOException {
        fixture.serve(HttpServerTest.testPages());
        try (Socket socket = fixture.connect()) {
            send(socket, GET + "GET / HTTP/1.1\r\nHost: a\r\nX-More: " + "x".repeat(600));
            assertThat(answer(socket)).startsWith("HTTP/1.1 200 ");
            await().until(() -> fixture.bytes(Account.HTTP) > GuestHttp.BYTES + 600);
            fixture.advance(Duration.ofSeconds(11));
            assertThat(rest(socket)).startsWith(LATE);
        }
    }

    /** Its own end open, a client would have a connection that has no deadline. */
    @Test
    void afterItsLastAnswerNoClientIsWaitedFor() throws IOException {
        fixture.serve(HttpServerTest.testPages());
        try (Socket socket = fixture.connect()) {
            send(socket, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            assertThat(rest(socket)).startsWith("HTTP/1.1 200 ");
            awaitOpen(0);
            await().until(() -> fixture.bytes(Account.HTTP) == 0);
        }
    }

    /** The same where the thread that reads answers, too: then Jetty itself waits. */
    @Test
    void afterAnAnswerOfTheThreadThatReadsNoClientIsWaitedFor() throws IOException {
        Handler.Wrapper answers =
                new Handler.Wrapper() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) {
                        PlainRequests.refuse(fixture.edge, request, response, callback);
                        return true;
                    }
                };
        fixture.serve(ServerSettings.defaults().withPort(0), answers, HttpServerTest.testPages());
        try (Socket socket = fixture.connect()) {
            send(socket, GET);
            assertThat(rest(socket)).startsWith("HTTP/1.1 503 ");
            awaitOpen(0);
            await().until(() -> fixture.bytes(Account.HTTP) == 0);
        }
    }

    @Test
    void afterARefusalNoClientIsWaitedFor() throws IOException {
        fixture.serve(new OffSelector(fixture.edge, HttpServerTest.testPages(), 0));
        try (Socket socket = fixture.connect()) {
            send(socket, GET);
            assertThat(rest(socket)).startsWith("HTTP/1.1 503 ");
            awaitOpen(0);
            await().until(() -> fixture.bytes(Account.HTTP) == 0);
        }
    }

    /** Else Jetty may end it twice, once in 15,000 times, and its connection hangs. */
    @Test
    void anAnswerWithoutABodyIsEndedByAWriteOfItsOwn() throws IOException {
        AtomicInteger writes = new AtomicInteger();
        Handler pages = new OffSelector(fixture.edge, HttpServerTest.testPages());
        fixture.serve(
                new Handler.Wrapper(pages) {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback)
                            throws Exception {
                        Response counted =
                                new Response.Wrapper(request, response) {
                                    @Override
                                    public void write(
                                            boolean last, ByteBuffer content, Callback written) {
                                        writes.incrementAndGet();
                                        super.write(last, content, written);
                                    }
                                };
                        return super.handle(request, counted, callback);
                    }
                });
        try (Socket socket = fixture.connect()) {
            send(socket, "GET / HTTP/1.1\r\nHost: a\r\nIf-None-Match: *\r\n\r\n");
            send(socket, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            assertThat(rest(socket))
                    .startsWith("HTTP/1.1 304 ")
                    .doesNotContainPattern("^[^2]*Content-Length")
                    .contains("HTTP/1.1 200 ");
            assertThat(writes).hasValue(2);
        }
    }

    @Test
    void aBodyThatNobodyWantsIsNotWaitedFor() throws IOException {
        fixture.serve(HttpServerTest.testPages());
        try (Socket socket = fixture.connect()) {
            send(socket, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nbo");
            assertThat(answer(socket)).startsWith("HTTP/1.1 405 ");
            awaitOpen(0);
            await().until(() -> fixture.bytes(Account.HTTP) == 0);
        }
    }

    @Test
    void tlsIsAgreedOnInTenSeconds(@TempDir Path folder) throws Exception {
        fixture.serve(
                ServerSettings.defaults().withPort(0).withTls(0, Certificates.create(folder)),
                HttpServerTest.testPages());
        try (Socket socket = fixture.connect("127.0.0.1", fixture.server().tlsPort().getAsInt())) {
            awaitArrived(1);
            fixture.advance(Duration.ofMillis(9_900));
            assertThat(fixture.deadlines).isEmpty();
            fixture.advance(Duration.ofMillis(200));
            assertThat(fixture.deadlines).containsExactly(Deadline.TLS_HANDSHAKE);
            assertThat(rest(socket)).isEqualTo("<reset>");
            awaitOpen(0);
            assertThat(fixture.bytes(Account.HANDSHAKES)).isZero();
        }
    }

    @Test
    void overTlsAHeadHasItsTenSecondsAfterTheHandshake(@TempDir Path folder) throws Exception {
        ServerSettings.Keystore keystore = Certificates.create(folder);
        fixture.serve(
                ServerSettings.defaults().withPort(0).withTls(0, keystore),
                HttpServerTest.testPages());
        int port = fixture.server().tlsPort().getAsInt();
        Socket plain = fixture.connect("127.0.0.1", port);
        awaitArrived(1);
        fixture.advance(Duration.ofSeconds(9));
        try (Socket socket =
                Certificates.trusting(keystore)
                        .getSocketFactory()
                        .createSocket(plain, "localhost", port, true)) {
            send(socket, "GET / HTTP/1.1\r\nHost: localhost\r\n");
            sendSome(socket);
            fixture.advance(Duration.ofMillis(9_800));
            assertThat(fixture.deadlines).isEmpty();
            fixture.advance(Duration.ofMillis(400));
            assertThat(fixture.deadlines).containsExactly(Deadline.HEAD);
            assertThat(rest(socket)).startsWith(LATE);
        }
        await().until(() -> fixture.bytes(Account.HANDSHAKES) == 0);
    }

    @Test
    void overTlsAConnectionKeepsTlsToo(@TempDir Path folder) throws Exception {
        ServerSettings.Keystore keystore = Certificates.create(folder);
        fixture.serve(
                ServerSettings.defaults().withPort(0).withTls(0, keystore),
                HttpServerTest.testPages());
        Socket plain = fixture.connect("127.0.0.1", fixture.server().tlsPort().getAsInt());
        try (Socket socket =
                Certificates.trusting(keystore)
                        .getSocketFactory()
                        .createSocket(plain, "localhost", plain.getPort(), true)) {
            send(socket, GET.replace("Host: a", "Host: localhost"));
            assertThat(answer(socket)).startsWith("HTTP/1.1 200 ");
            await().until(() -> fixture.bytes(Account.HANDSHAKES) == 0);
            assertThat(fixture.bytes(Account.HTTP)).isGreaterThan(GuestHttp.TLS_BYTES);
        }
        await().until(() -> fixture.bytes(Account.HTTP) == 0);
    }

    @Test
    void overTlsARecordThatIsNotWholeIsInTheAccount(@TempDir Path folder) throws Exception {
        sendPartOfARecord(folder, 1);
    }

    private void sendPartOfARecord(Path folder, int debtors) throws Exception {
        ServerSettings.Keystore keystore = Certificates.create(folder);
        fixture.serve(
                ServerSettings.defaults().withPort(0).withTls(0, keystore),
                HttpServerTest.testPages());
        int port = fixture.server().tlsPort().getAsInt();
        Socket plain = fixture.connect("127.0.0.1", port);
        try (Socket socket =
                Certificates.trusting(keystore)
                        .getSocketFactory()
                        .createSocket(plain, "localhost", port, true)) {
            send(socket, GET.replace("Host: a", "Host: localhost"));
            assertThat(answer(socket)).startsWith("HTTP/1.1 200 ");
            await().until(() -> fixture.bytes(Account.INBOUND) == 0);
            plain.getOutputStream().write(0x17);
            await().until(() -> fixture.bytes(Account.INBOUND) == 20 << 10);
            assertThat(fixture.edge.ledger().book(Account.INBOUND).debtors()).isEqualTo(debtors);
        }
        await().until(() -> fixture.bytes(Account.INBOUND) == 0);
    }

    @Test
    void overTlsARecordOfATrustedProxyThatIsNotWholeEndsNobody(@TempDir Path folder)
            throws Exception {
        fixture =
                new EdgeFixture(
                        EdgeFixture.MUCH_HEAP,
                        TcpLimits.unlimited(),
                        FREQUENT,
                        address -> true,
                        LogLimit.none());
        sendPartOfARecord(folder, 0);
    }

    /** Which the JDK's client sends as another handshake. */
    @Test
    void overTlsAConnectionMayChangeItsKeysSoOften(@TempDir Path folder) throws Exception {
        ServerSettings.Keystore keystore = Certificates.create(folder);
        fixture.serve(
                ServerSettings.defaults().withPort(0).withTls(0, keystore),
                HttpServerTest.testPages());
        int port = fixture.server().tlsPort().getAsInt();
        Socket plain = fixture.connect("127.0.0.1", port);
        try (SSLSocket socket =
                (SSLSocket)
                        Certificates.trusting(keystore)
                                .getSocketFactory()
                                .createSocket(plain, "localhost", port, true)) {
            for (int change = 0; change < 200; change++) {
                socket.startHandshake();
            }
            send(socket, GET.replace("Host: a", "Host: localhost"));
            assertThat(answer(socket)).startsWith("HTTP/1.1 200 ");
            assertThatThrownBy(
                            () -> {
                                for (int change = 0; change < 100; change++) {
                                    socket.startHandshake();
                                }
                                send(socket, GET.replace("Host: a", "Host: localhost"));
                                answer(socket);
                            })
                    .isInstanceOf(IOException.class);
        }
        awaitOpen(0);
    }

    /** As a WebSocket does, a guest of HTTP keeps its place from accept to close. */
    @Test
    void overTlsAConnectionHasABoundOfItsOwn(@TempDir Path folder) throws Exception {
        fixture =
                new EdgeFixture(
                        EdgeFixture.MUCH_HEAP,
                        new TcpLimits(ConnectionLimit.none(), new ConnectionLimit(0, 1)),
                        FREQUENT);
        ServerSettings.Keystore keystore = Certificates.create(folder);
        fixture.serve(
                ServerSettings.defaults().withPort(0).withTls(0, keystore),
                HttpServerTest.testPages());
        int port = fixture.server().tlsPort().getAsInt();
        Socket plain = fixture.connect("127.0.0.1", port);
        try (Socket one =
                Certificates.trusting(keystore)
                        .getSocketFactory()
                        .createSocket(plain, "localhost", port, true)) {
            send(one, GET.replace("Host: a", "Host: localhost"));
            assertThat(answer(one)).startsWith("HTTP/1.1 200 ");
            try (Socket more = fixture.connect("127.0.0.1", port)) {
                assertThat(rest(more)).isEqualTo("<reset>");
            }
            assertThat(fixture.refused).containsExactly(Refusal.TLS_ADDRESS_FULL);
            assertThat(fixture.edge.connections().openTls()).isEqualTo(1);
            try (Socket other = fixture.connect()) {
                send(other, GET);
                assertThat(answer(other)).startsWith("HTTP/1.1 200 ");
            }
        }
        await().until(() -> fixture.edge.connections().openTls() == 0);
        awaitOpen(0);
    }

    @Test
    void aBodyThatStopsHasThirtySeconds() throws Exception {
        BodyReader reader = new BodyReader();
        fixture.serve(reader);
        try (Socket socket = fixture.connect()) {
            send(socket, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nbody");
            reader.reads.await();
            await().until(() -> reader.read >= 4);
            fixture.advance(Duration.ofSeconds(29));
            assertThat(fixture.deadlines).isEmpty();
            fixture.advance(Duration.ofMillis(1_200));
            assertThat(fixture.deadlines).containsExactly(Deadline.REQUEST);
            assertThat(rest(socket)).isEqualTo("<reset>");
            await().until(() -> reader.failure.get() != null);
            await().until(() -> fixture.bytes(Account.HTTP) == 0);
        }
    }

    @Test
    void aBodyThatComesAtAKilobyteASecondMayTakeItsTime() throws Exception {
        BodyReader reader = new BodyReader();
        fixture.serve(reader);
        try (Socket socket = fixture.connect()) {
            send(socket, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 160000\r\n\r\n");
            reader.reads.await();
            for (int i = 1; i <= 4; i++) {
                send(socket, "b".repeat(40_000));
                int sent = i * 40_000;
                await().until(() -> reader.read == sent);
                fixture.advance(Duration.ofSeconds(29));
            }
            assertThat(answer(socket)).startsWith("HTTP/1.1 200 ");
            assertThat(fixture.deadlines).isEmpty();
        }
    }

    @Test
    void anAnswerThatNobodyReadsHasThirtySeconds() throws Exception {
        fixture.serve(new BigAnswer());
        try (Socket socket = fixture.connect()) {
            send(socket, GET);
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            // What is written counts as moved the first time; and the kernel takes a while to fill.
            fixture.advance(Duration.ofSeconds(31));
            assertThat(fixture.deadlines).isEmpty();
            await().until(
                            () -> {
                                fixture.advance(Duration.ofSeconds(31));
                                return fixture.deadlines.contains(Deadline.REQUEST);
                            });
            awaitOpen(0);
            await().until(() -> fixture.bytes(Account.HTTP) == 0);
        }
    }

    @Test
    void whatTheServerTakesLongForIsNotTheClientsFault() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        fixture.serve(
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback)
                            throws Exception {
                        inside.countDown();
                        go.await();
                        response.getHeaders().put("Content-Length", 0);
                        callback.succeeded();
                        return true;
                    }
                });
        try (Socket socket = fixture.connect()) {
            send(socket, GET);
            inside.await();
            fixture.advance(Duration.ofSeconds(95));
            go.countDown();
            assertThat(answer(socket)).startsWith("HTTP/1.1 200 ");
            assertThat(fixture.deadlines).isEmpty();
        }
    }

    @Test
    void oneFieldMoreThanTwoHundredIs431() throws IOException {
        fixture.serve(HttpServerTest.testPages());
        try (Socket socket = fixture.connect()) {
            send(socket, "GET / HTTP/1.1\r\nHost: a\r\n" + "a:b\r\n".repeat(199) + "\r\n");
            assertThat(answer(socket)).startsWith("HTTP/1.1 200 ");
            send(socket, "GET / HTTP/1.1\r\nHost: a\r\n" + "a:b\r\n".repeat(200) + "\r\n");
            assertThat(answer(socket)).startsWith("HTTP/1.1 431 ");
        }
    }

    @Test
    void aConnectionBeyondItsAddressesBoundIsReset() throws IOException {
        fixture =
                new EdgeFixture(
                        EdgeFixture.MUCH_HEAP,
                        new TcpLimits(new ConnectionLimit(0, 2), ConnectionLimit.none()),
                        FREQUENT);
        fixture.serve(HttpServerTest.testPages());
        try (Socket one = fixture.connect();
                Socket two = fixture.connect();
                Socket other = fixture.connect("127.0.0.9")) {
            awaitOpen(3);
            try (Socket more = fixture.connect()) {
                assertThat(rest(more)).isEqualTo("<reset>");
            }
            assertThat(fixture.refused).containsExactly(Refusal.ADDRESS_FULL);
            send(other, GET);
            assertThat(answer(other)).startsWith("HTTP/1.1 200 ");
            one.close();
            awaitOpen(2);
            try (Socket again = fixture.connect()) {
                send(again, GET);
                assertThat(answer(again)).startsWith("HTTP/1.1 200 ");
            }
            assertThat(two.isClosed()).isFalse();
        }
    }

    /** Attackers keep long heads open; the good client's is short, and its address has no other. */
    @Test
    void aNewClientGetsInWhileOthersFillTheAccount() throws IOException {
        // Handshakes may keep 200,000 bytes, and an address 50,000.
        fixture = new EdgeFixture(4_000_000, TcpLimits.unlimited(), FREQUENT);
        fixture.serve(HttpServerTest.testPages());
        List<Socket> attackers = new ArrayList<>();
        try {
            for (int i = 0; i < 240; i++) {
                Socket socket = fixture.connect("127.0.1." + (i % 8 + 1));
                attackers.add(socket);
                send(socket, "GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(2_000));
            }
            await().until(() -> fixture.ended.get() > 100);
            assertThat(fixture.bytes(Account.HANDSHAKES)).isLessThanOrEqualTo(235_000);
            try (Socket good = fixture.connect("127.0.0.9")) {
                send(good, GET);
                assertThat(answer(good)).startsWith("HTTP/1.1 200 ");
            }
        } finally {
            for (Socket socket : attackers) {
                socket.close();
            }
        }
        awaitOpen(0);
        await().until(() -> fixture.bytes(Account.HANDSHAKES) == 0);
    }

    @Test
    void idleConnectionsOfOneAddressAreEndedAtItsShare() throws IOException {
        // An address may have 100,000 bytes of HTTP.
        fixture = new EdgeFixture(4_000_000, TcpLimits.unlimited(), FREQUENT);
        fixture.serve(HttpServerTest.testPages());
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 60; i++) {
                Socket socket = fixture.connect();
                sockets.add(socket);
                send(socket, GET);
                try {
                    answer(socket);
                } catch (IOException e) {
                    // It is its turn to be ended, or refused.
                    continue;
                }
            }
            // Up to nine eighths those who have just begun are left alone.
            assertThat(fixture.bytes(Account.HTTP)).isLessThanOrEqualTo(112_500);
            try (Socket good = fixture.connect("127.0.0.9")) {
                send(good, GET);
                assertThat(answer(good)).startsWith("HTTP/1.1 200 ");
            }
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
        await().until(() -> fixture.bytes(Account.HTTP) == 0);
    }

    private static final class BodyReader extends Handler.Abstract.NonBlocking {
        final CountDownLatch reads = new CountDownLatch(1);
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        volatile int read;

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            reads.countDown();
            more(request, response, callback);
            return true;
        }

        private void more(Request request, Response response, Callback callback) {
            while (true) {
                Content.Chunk chunk = request.read();
                if (chunk == null) {
                    request.demand(() -> more(request, response, callback));
                    return;
                }
                if (Content.Chunk.isFailure(chunk)) {
                    failure.set(chunk.getFailure());
                    callback.failed(chunk.getFailure());
                    return;
                }
                read += chunk.remaining();
                chunk.release();
                if (chunk.isLast()) {
                    response.getHeaders().put("Content-Length", 0);
                    callback.succeeded();
                    return;
                }
            }
        }
    }

    private static final class BigAnswer extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            response.write(true, ByteBuffer.allocate(16 << 20), callback);
            return true;
        }
    }
}
