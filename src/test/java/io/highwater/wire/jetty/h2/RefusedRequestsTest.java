package io.highwater.wire.jetty.h2;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Ledger;
import io.highwater.limits.LimitSettings;
import io.highwater.limits.LimitsObserver;
import io.highwater.limits.Payer;
import io.highwater.limits.Payers;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.time.TimerWheel;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.api.server.ServerSessionListener;
import org.eclipse.jetty.http2.frames.FrameType;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.internal.HTTP2ServerConnection;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.junit.jupiter.api.Test;

/** What a client reads if the account is full while its requests wait for a thread. */
final class RefusedRequestsTest {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;

    private record Reset(int stream, int error) {}

    private final FakeTicker ticker = new FakeTicker();
    private final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
    private final Ledger ledger = ledger();
    private final Book book = ledger.book(Account.HTTP);
    private final Queue<Runnable> handlers = new ConcurrentLinkedQueue<>();
    private final AtomicInteger handled = new AtomicInteger();
    private final ByteArrayEndPoint endPoint = new ByteArrayEndPoint((byte[]) null, 1 << 16);
    private final HTTP2ServerConnection connection = connection();

    @Test
    void requestsThatNobodyHasLookedAtMayBeSentAgain() {
        receive(handshake(1), handshake(3), get(5));
        fillTheAccount();
        assertThat(resets())
                .extracting(Reset::error)
                .containsExactly(
                        ErrorCode.REFUSED_STREAM_ERROR.code,
                        ErrorCode.REFUSED_STREAM_ERROR.code,
                        ErrorCode.REFUSED_STREAM_ERROR.code);
        runHandlers();
        assertThat(handled).hasValue(0);
    }

    @Test
    void requestsWhoseHandlersRunAreNotTheirClientsToEnd() {
        receive(handshake(1), get(3));
        runHandlers();
        assertThat(handled).hasValue(2);
        fillTheAccount();
        assertThat(resets()).isEmpty();
    }

    @Test
    void aFirstWebSocketIsRefusedWhereTheAccountIsNearlyFull() {
        book.addShared(book.mostBytes() / 8 * 7);
        read(handshake(1), get(3));
        assertThat(resets()).containsExactly(new Reset(1, ErrorCode.REFUSED_STREAM_ERROR.code));
        assertThat(connection.getSession().getStreams()).hasSize(1);
    }

    @Test
    void aConnectionWhoseTableIsFullIsEndedThoughItCarriesARequest() {
        receive(handshake(1), fields(3, 124));
        runHandlers();
        fillTheAccount();
        assertThat(frames(FrameType.GO_AWAY)).hasSize(1);
    }

    private void receive(byte[]... frames) {
        read(frames);
        assertThat(connection.getSession().getStreams()).hasSize(frames.length);
        endPoint.takeOutput();
    }

    private void read(byte[]... frames) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(PREFACE);
        bytes.writeBytes(frame(FrameType.SETTINGS, 0, 0, new byte[0]));
        for (byte[] frame : frames) {
            bytes.writeBytes(frame);
        }
        endPoint.addInput(ByteBuffer.wrap(bytes.toByteArray()));
        endPoint.setConnection(connection);
        connection.onOpen();
    }

    private void fillTheAccount() {
        ticker.advance(Duration.ofSeconds(1), wheel);
        book.add(payer(), book.mostBytes());
        book.settle(payer());
    }

    private Payer payer() {
        return ((BatchingSession) connection.getSession()).payer();
    }

    private void runHandlers() {
        for (Runnable next = handlers.poll(); next != null; next = handlers.poll()) {
            next.run();
        }
    }

    private List<Reset> resets() {
        return frames(FrameType.RST_STREAM);
    }

    private List<Reset> frames(FrameType type) {
        List<Reset> frames = new ArrayList<>();
        ByteBuffer output = endPoint.takeOutput();
        while (output.hasRemaining()) {
            int lengthAndType = output.getInt();
            output.get();
            int stream = output.getInt();
            byte[] payload = new byte[lengthAndType >>> 8];
            output.get(payload);
            if ((lengthAndType & 0xff) == type.getType()) {
                frames.add(new Reset(stream, ByteBuffer.wrap(payload).getInt()));
            }
        }
        return frames;
    }

    /** A request with fields that the server has to remember (RFC 7541 section 6.2.1). */
    private static byte[] fields(int stream, int count) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        byte[] get = get(stream);
        block.write(get, 9, get.length - 9);
        for (int i = 0; i < count; i++) {
            block.writeBytes(new byte[] {0x40, 1, 'a', 0});
        }
        return frame(FrameType.HEADERS, END_STREAM | END_HEADERS, stream, block.toByteArray());
    }

    private static byte[] handshake(int stream) {
        return head(
                stream,
                0,
                ":method",
                "CONNECT",
                ":protocol",
                "websocket",
                ":scheme",
                "http",
                ":path",
                "/",
                ":authority",
                "h",
                "sec-websocket-version",
                "13");
    }

    private static byte[] get(int stream) {
        return head(
                stream,
                END_STREAM,
                ":method",
                "GET",
                ":scheme",
                "http",
                ":path",
                "/",
                ":authority",
                "h");
    }

    /** Fields as literals without indexing (RFC 7541 section 6.2.2), no text above 126 bytes. */
    private static byte[] head(int stream, int flags, String... namesAndValues) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            block.write(0);
            for (String text : List.of(namesAndValues[i], namesAndValues[i + 1])) {
                block.write(text.length());
                block.writeBytes(text.getBytes(US_ASCII));
            }
        }
        return frame(FrameType.HEADERS, flags | END_HEADERS, stream, block.toByteArray());
    }

    private static byte[] frame(FrameType type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .putInt(payload.length << 8 | type.getType())
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /** Jetty's, with its session listener. */
    private static final class Factory extends HTTP2CServerConnectionFactory {
        Factory() {
            super(new HttpConfiguration());
        }

        ServerSessionListener listener(ServerConnector connector, ByteArrayEndPoint endPoint) {
            return newSessionListener(connector, endPoint);
        }
    }

    private HTTP2ServerConnection connection() {
        Server server = new Server();
        server.setHandler(
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) {
                        handled.incrementAndGet();
                        return true;
                    }
                });
        ServerConnector connector =
                new ServerConnector(
                        server,
                        handlers::add,
                        new ScheduledExecutorScheduler(),
                        new ArrayByteBufferPool(),
                        0,
                        1);
        Factory factory = new Factory();
        return new BatchedHttp2(
                        new StreamBursts(LogLimit.none()),
                        new Http2Bounds(
                                ledger,
                                wheel,
                                ticker,
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(30),
                                LimitsObserver.NONE,
                                LogLimit.none()))
                .connection(factory, connector, endPoint, factory.listener(connector, endPoint));
    }

    private Ledger ledger() {
        LimitSettings settings = LimitSettings.defaults();
        Payers payers = new Payers(settings.address(), address -> false, ticker);
        return new Ledger(settings, 1L << 28, payers, LimitsObserver.NONE, ticker, LogLimit.none());
    }
}
