package io.highwater.server;

import static io.highwater.server.EdgeFixture.answer;
import static io.highwater.server.EdgeFixture.rest;
import static io.highwater.server.EdgeFixture.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.limits.AddressLimits;
import io.highwater.limits.Deadline;
import io.highwater.limits.Refusal;
import io.highwater.limits.TcpLimits;
import io.highwater.log.LogLimit;
import io.highwater.testing.Stray;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bad requests over HTTP/1.1, and who sends too many of them, over real sockets. */
@Timeout(60)
class WasteTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String BAD = "GET / HTTP/1.1\r\n\r\n";
    private static final int BURST = 20;

    private final EdgeFixture fixture =
            new EdgeFixture(
                    EdgeFixture.MUCH_HEAP,
                    TcpLimits.unlimited(),
                    new AddressLimits(1_000_000, 1_000_000, 1, BURST),
                    WasteTest::isProxy,
                    LogLimit.none());

    private enum Kind {
        NO_HOST(BAD, 400),
        SPACE_IN_HOST("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        AMBIGUOUS_PATH("GET /a%2fb HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400),
        VERSION("GET / HTTP/9.9\r\nHost: a\r\n\r\n", 505),
        LONG_PATH("GET /" + "a".repeat(9_000) + " HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        LARGE_HEADER("GET / HTTP/1.1\r\nHost: a\r\nA: " + "a".repeat(9_000) + "\r\n\r\n", 431),
        MANY_HEADERS("GET / HTTP/1.1\r\nHost: a\r\n" + "a:b\r\n".repeat(201) + "\r\n", 431),
        EXPECTATION("GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n", 417),
        SAID_TO_BE_HTTP_2("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 426),
        LENGTH("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400),
        CHUNK("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400);

        private final String request;
        private final int status;

        Kind(String request, int status) {
            this.request = request;
            this.status = status;
        }
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private static boolean isProxy(InetAddress address) {
        return address.getHostAddress().equals("127.0.0.9");
    }

    @ParameterizedTest
    @EnumSource
    void aBadRequestCountsOnceByItsStatus(Kind kind) throws IOException {
        fixture.serve(new Reader());
        try (Socket socket = fixture.connect()) {
            send(socket, kind.request);
            assertThat(rest(socket)).startsWith("HTTP/1.1 " + kind.status);
        }
        assertThat(fixture.badRequests).containsExactly(kind.status);
    }

    @Test
    void goodRequestsAndClientsThatLeaveAreNoWaste() throws IOException {
        fixture.serve(new Reader());
        try (Socket socket = fixture.connect()) {
            send(socket, GET);
            assertThat(answer(socket)).startsWith("HTTP/1.1 200 ");
        }
        try (Socket socket = fixture.connect()) {
            send(socket, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nbody");
            socket.shutdownOutput();
            rest(socket);
        }
        assertThat(fixture.badRequests).isEmpty();
    }

    @Test
    void aLateHeadIsWasteToo() throws IOException {
        fixture.serve(new Reader());
        try (Socket socket = fixture.connect()) {
            send(socket, "GET / HTTP/1.1\r\n");
            await().until(
                            () -> {
                                fixture.advance(Duration.ofSeconds(1));
                                return !fixture.deadlines.isEmpty();
                            });
            rest(socket);
        }
        assertThat(fixture.deadlines).containsExactly(Deadline.HEAD);
        await().untilAsserted(
                        () ->
                                assertThat(fixture.badRequests)
                                        .hasSizeLessThanOrEqualTo(1)
                                        .allMatch(status -> status == 408));
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void aBadRequestIsWasteThoughItCannotBeCounted(Stray.Kind kind) throws IOException {
        fixture.serve(HttpServerTest.testPages());
        for (int i = 0; i <= BURST; i++) {
            fixture.observers.arm(kind);
            try (Socket socket = fixture.connect()) {
                send(socket, BAD);
                assertThat(rest(socket)).startsWith("HTTP/1.1 400 ");
            }
            assertThat(fixture.observers.isSpent()).isTrue();
        }
        try (Socket socket = fixture.connect()) {
            assertThat(rest(socket)).isEqualTo("<reset>");
        }
    }

    @Test
    void whoSendsTooManyIsResetForTenSeconds() throws IOException {
        fixture.serve(HttpServerTest.testPages());
        try (Socket neighbour = fixture.connect()) {
            send(neighbour, GET);
            assertThat(answer(neighbour)).startsWith("HTTP/1.1 200 ");
            for (int i = 0; i <= BURST; i++) {
                try (Socket socket = fixture.connect()) {
                    send(socket, BAD);
                    assertThat(rest(socket)).startsWith("HTTP/1.1 400 ");
                }
            }
            try (Socket socket = fixture.connect()) {
                assertThat(rest(socket)).isEqualTo("<reset>");
            }
            assertThat(fixture.refused).containsExactly(Refusal.WASTE);
            try (Socket other = fixture.connect("127.0.0.5")) {
                send(other, GET);
                assertThat(answer(other)).startsWith("HTTP/1.1 200 ");
            }
            // It was there before, and wastes nothing.
            send(neighbour, GET);
            assertThat(answer(neighbour)).startsWith("HTTP/1.1 200 ");
        }
        fixture.advance(Duration.ofMillis(10_100));
        try (Socket socket = fixture.connect()) {
            send(socket, GET);
            assertThat(answer(socket)).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void theAnswerThatIsOneTooManyIsTheLast() throws IOException {
        fixture.serve(new TooMany());
        try (Socket socket = fixture.connect()) {
            for (int i = 0; i < BURST; i++) {
                send(socket, GET);
                assertThat(answer(socket)).startsWith("HTTP/1.1 429 ");
            }
            send(socket, GET);
            assertThat(rest(socket)).startsWith("HTTP/1.1 429 ").contains("Connection: close");
        }
    }

    @Test
    void ofATrustedProxyNothingIsRefused() throws IOException {
        fixture.serve(HttpServerTest.testPages());
        for (int i = 0; i < 2 * BURST; i++) {
            try (Socket socket = fixture.connect("127.0.0.9")) {
                send(socket, BAD);
                assertThat(rest(socket)).startsWith("HTTP/1.1 400 ");
            }
        }
        assertThat(fixture.refused).isEmpty();
        assertThat(fixture.badRequests).hasSize(2 * BURST);
    }

    private static final class TooMany extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            response.setStatus(429);
            response.getHeaders().put("Content-Length", 0);
            callback.succeeded();
            return true;
        }
    }

    /** Reads a body to its end, and answers when it is there. */
    private static final class Reader extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback)
                throws Exception {
            Content.Source.asString(request);
            response.getHeaders().put("Content-Length", 0);
            callback.succeeded();
            return true;
        }
    }
}
