package io.highwater.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.highwater.limits.Deadline;
import io.highwater.testing.Stray;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
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
import org.slf4j.LoggerFactory;

/** Heads of HTTP/2 requests that come slowly, or can't be read, over real sockets. */
@Timeout(60)
class Http2HeadsTest {
    private static final int CONTINUATION = 9;
    private static final int PING = 6;
    private static final int PRIORITY = 0x20;
    private static final int ENHANCE_YOUR_CALM = 11;
    private static final byte[] OPENING =
            join(
                    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
                    RawHttp2.frame(RawHttp2.SETTINGS, 0, 0, new byte[0]));

    private final EdgeFixture fixture = EdgeFixture.roomy();

    /** What is sent byte by byte. */
    private enum Slow {
        PREFACE(OPENING, 18),
        ONE_FRAME(
                join(
                        OPENING,
                        RawHttp2.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, new byte[5_000])),
                OPENING.length),
        CONTINUATIONS(
                join(
                        OPENING,
                        RawHttp2.frame(RawHttp2.HEADERS, 0, 1, new byte[] {(byte) 0x82}),
                        many()),
                OPENING.length + 10);

        private final byte[] bytes;
        private final int atOnce;

        Slow(byte[] bytes, int atOnce) {
            this.bytes = bytes;
            this.atOnce = atOnce;
        }

        /** Each with a byte of a field whose name is long. */
        private static byte[] many() {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            for (byte next : new byte[] {0, 0x7F, 0, 'a', 'a', 'a'}) {
                out.writeBytes(RawHttp2.frame(CONTINUATION, 0, 1, new byte[] {next}));
            }
            for (int i = 0; i < 1_000; i++) {
                out.writeBytes(RawHttp2.frame(CONTINUATION, 0, 1, new byte[] {'a'}));
            }
            return out.toByteArray();
        }
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @ParameterizedTest
    @EnumSource
    void whatTricklesEndsInTenSeconds(Slow slow) throws Exception {
        fixture.serve(HttpServerTest.testPages());
        try (Socket idle = fixture.connect();
                Socket socket = fixture.connect()) {
            idle.getOutputStream().write(OPENING);
            RawHttp2.readUntil(idle.getInputStream(), RawHttp2.SETTINGS);
            send(socket, slow.bytes, 0, slow.atOnce);
            int[] sent = {slow.atOnce};
            await().pollInterval(Duration.ofMillis(2))
                    .until(
                            () -> {
                                if (sent[0] < slow.bytes.length - 1) {
                                    send(socket, slow.bytes, sent[0]++, 1);
                                }
                                fixture.advance(Duration.ofMillis(500));
                                return !fixture.deadlines.isEmpty();
                            });
            RawHttp2.Frame goAway = RawHttp2.readUntil(socket.getInputStream(), RawHttp2.GOAWAY);
            assertThat(ByteBuffer.wrap(goAway.payload()).getInt(4)).isEqualTo(ENHANCE_YOUR_CALM);
            assertThat(new String(goAway.payload(), StandardCharsets.ISO_8859_1))
                    .endsWith("head_timeout");
            await().until(() -> fixture.edge.connections().open() == 1);
            assertThat(fixture.deadlines).containsExactly(Deadline.HEAD);
            assertThat(fixture.badRequests).containsExactly(408);
            // Whoever sends nothing has no deadline here.
            idle.getOutputStream().write(RawHttp2.frame(PING, 0, 0, new byte[8]));
            RawHttp2.Frame pong = RawHttp2.read(idle.getInputStream());
            while (pong.type() != PING) {
                pong = RawHttp2.read(idle.getInputStream());
            }
        }
    }

    @Test
    void aBodyThatStopsWithinAFrameIsItsRequestsAffair() throws Exception {
        fixture.serve(new Body());
        try (Socket socket = fixture.connect()) {
            byte[] head =
                    RawHttp2.frame(
                            RawHttp2.HEADERS,
                            RawHttp2.END_HEADERS,
                            1,
                            // RFC 7541 appendix A: POST / by http; then a literal :authority.
                            new byte[] {(byte) 0x83, (byte) 0x84, (byte) 0x86, 1, 1, 'a'});
            byte[] data = RawHttp2.frame(0, 0, 1, new byte[1_000]);
            byte[] all = join(OPENING, head, Arrays.copyOf(data, 500));
            send(socket, all, 0, all.length);
            await().until(
                            () -> {
                                fixture.advance(Duration.ofSeconds(5));
                                return !fixture.deadlines.isEmpty();
                            });
            assertThat(fixture.deadlines).containsExactly(Deadline.REQUEST);
        }
    }

    /** What a head may be on HTTP/1.1, and is not read. */
    private enum Unreadable {
        ONE_FRAME(431, RawHttp2.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, new byte[9_000])),
        /** As {@code invalid_headers_frame}, too. */
        ON_NO_STREAM(
                400,
                RawHttp2.frame(
                        RawHttp2.HEADERS, RawHttp2.END_HEADERS, 0, new byte[] {(byte) 0x82})),
        SHORT_PRIORITY(
                400,
                RawHttp2.frame(
                        RawHttp2.HEADERS, RawHttp2.END_HEADERS | PRIORITY, 1, new byte[] {0, 0})),
        /** Too large, which it is not said to be. */
        CONTINUED(
                400,
                join(
                        RawHttp2.frame(RawHttp2.HEADERS, 0, 1, new byte[8_000]),
                        RawHttp2.frame(CONTINUATION, 0, 1, new byte[16_000]))),
        /** An index that no table has. */
        HPACK(
                400,
                RawHttp2.frame(
                        RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, new byte[] {(byte) 0xFE}));

        private final int status;
        private final byte[] bytes;

        Unreadable(int status, byte[] bytes) {
            this.status = status;
            this.bytes = bytes;
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHeadThatCannotBeReadIsCounted(Unreadable unreadable) throws Exception {
        fixture.serve(HttpServerTest.testPages());
        try (Socket socket = fixture.connect()) {
            byte[] all = join(OPENING, unreadable.bytes);
            send(socket, all, 0, all.length);
            RawHttp2.readUntil(socket.getInputStream(), RawHttp2.GOAWAY);
            assertThat(fixture.badRequests).containsExactly(unreadable.status);
        }
    }

    @ParameterizedTest
    @EnumSource(Stray.Kind.class)
    void aLateHeadIsWasteThoughItCannotBeCounted(Stray.Kind kind) throws Exception {
        fixture.serve(HttpServerTest.testPages());
        try (Socket socket = fixture.connect()) {
            send(socket, OPENING, 0, OPENING.length - 1);
            fixture.observers.arm(kind);
            await().until(
                            () -> {
                                fixture.advance(Duration.ofMillis(500));
                                return fixture.observers.isSpent();
                            });
            RawHttp2.readUntil(socket.getInputStream(), RawHttp2.GOAWAY);
            await().untilAsserted(() -> assertThat(fixture.badRequests).containsExactly(408));
            assertThat(fixture.deadlines).isEmpty();
        }
    }

    @Test
    void anExpectationThatNobodyKnowsIsCounted() throws Exception {
        fixture.serve(HttpServerTest.testPages());
        try (Socket socket = fixture.connect()) {
            byte[] head =
                    RawHttp2.frame(
                            RawHttp2.HEADERS,
                            RawHttp2.END_HEADERS | RawHttp2.END_STREAM,
                            1,
                            // GET / by http, then a literal :authority and expect (RFC 7541).
                            new byte[] {
                                (byte) 0x82, (byte) 0x84, (byte) 0x86, 1, 1, 'a', 0x0F, 20, 1, 'x'
                            });
            byte[] all = join(OPENING, head);
            send(socket, all, 0, all.length);
            RawHttp2.readUntil(socket.getInputStream(), RawHttp2.HEADERS);
            assertThat(fixture.badRequests).containsExactly(417);
        }
    }

    @Test
    void aPathThatIsAmbiguousIsCounted() throws Exception {
        fixture.serve(HttpServerTest.testPages());
        try (Socket socket = fixture.connect()) {
            byte[] path = "/a%2fb".getBytes(StandardCharsets.US_ASCII);
            byte[] head =
                    RawHttp2.frame(
                            RawHttp2.HEADERS,
                            RawHttp2.END_HEADERS | RawHttp2.END_STREAM,
                            1,
                            // GET by http, then a literal :authority and :path (RFC 7541).
                            join(new byte[] {(byte) 0x82, (byte) 0x86, 1, 1, 'a', 4, 6}, path));
            byte[] all = join(OPENING, head);
            send(socket, all, 0, all.length);
            RawHttp2.readUntil(socket.getInputStream(), RawHttp2.HEADERS);
            assertThat(fixture.badRequests).containsExactly(400);
        }
    }

    @Test
    void aFailureOfOursIsLogged() throws Exception {
        Logger log =
                (Logger) LoggerFactory.getLogger("io.highwater.wire.jetty.h2.BoundedConnection");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        log.addAppender(lines);
        fixture.serve(new LargeAnswer());
        try (Socket socket = fixture.connect()) {
            byte[] get = RawHttp2.prefaceAndGet("http", "a");
            send(socket, get, 0, get.length);
            RawHttp2.readUntil(socket.getInputStream(), RawHttp2.GOAWAY);
            await().until(() -> !lines.list.isEmpty());
        } finally {
            log.detachAppender(lines);
        }
        assertThat(lines.list)
                .singleElement()
                .satisfies(
                        line -> {
                            assertThat(line.getLevel()).isEqualTo(Level.WARN);
                            assertThat(line.getMessage()).isEqualTo("http2_failed");
                            assertThat(line.getKeyValuePairs().toString())
                                    .contains("127.0.0.1:", "compression_error");
                        });
    }

    private static void send(Socket socket, byte[] bytes, int from, int length) throws IOException {
        socket.getOutputStream().write(bytes, from, length);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    /** Reads all of it. */
    private static final class Body extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback)
                throws Exception {
            Content.Source.consumeAll(request);
            callback.succeeded();
            return true;
        }
    }

    /** Has more fields than may be sent. */
    private static final class LargeAnswer extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            response.getHeaders().put("a", "a".repeat(20_000));
            callback.succeeded();
            return true;
        }
    }
}
