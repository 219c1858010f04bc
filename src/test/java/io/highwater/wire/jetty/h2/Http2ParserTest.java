package io.highwater.wire.jetty.h2;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.limits.Deadline;
import io.highwater.limits.Ledger;
import io.highwater.limits.LimitsObserver;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.time.TimerWheel;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.eclipse.jetty.http2.api.server.ServerSessionListener;
import org.eclipse.jetty.http2.frames.FrameType;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.internal.HTTP2ServerConnection;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes that come piece by piece, on one thread, with a clock moved by hand. */
class Http2ParserTest {
    private static final byte[] PREFACE =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;

    /** RFC 7541 appendix A: GET / by http. */
    private static final byte[] GET = {(byte) 0x82, (byte) 0x84, (byte) 0x86};

    private final FakeTicker ticker = new FakeTicker();
    private final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
    private final List<Deadline> deadlines = new ArrayList<>();
    private final ByteArrayEndPoint endPoint = new ByteArrayEndPoint("", 1 << 16);
    private final HTTP2ServerConnection connection = connection();

    /** Each is the first bytes of something, and of what is to follow. */
    private enum Begun {
        FRAME_HEAD(frame(FrameType.PING, 0, 0, new byte[8]), 1),
        SETTINGS(frame(FrameType.SETTINGS, 0, 0, new byte[6]), 12),
        HEADERS(frame(FrameType.HEADERS, END_HEADERS | END_STREAM, 1, GET), 10),
        HEADERS_WITHOUT_AN_END(frame(FrameType.HEADERS, END_STREAM, 1, GET), 12),
        CONTINUATION(
                join(
                        frame(FrameType.HEADERS, END_STREAM, 1, GET),
                        frame(FrameType.CONTINUATION, 0, 1, new byte[0])),
                21);

        private final byte[] bytes;

        Begun(byte[] whole, int length) {
            bytes = Arrays.copyOf(whole, length);
        }
    }

    @BeforeEach
    void open() {
        endPoint.setConnection(connection);
    }

    private void prefaced() {
        parse(PREFACE);
        parse(frame(FrameType.SETTINGS, 0, 0, new byte[0]));
        endPoint.takeOutput();
    }

    @ParameterizedTest
    @EnumSource
    void whatHasBegunHasTenSeconds(Begun begun) {
        prefaced();
        advance(Duration.ofSeconds(60));
        parse(begun.bytes);
        advance(Duration.ofMillis(9_900));
        assertThat(deadlines).isEmpty();
        advance(Duration.ofMillis(200));
        assertThat(deadlines).containsExactly(Deadline.HEAD);
        assertThat(endPoint.takeOutputString(StandardCharsets.ISO_8859_1)).contains("head_timeout");
        assertThat(endPoint.isOpen()).isFalse();
    }

    @Test
    void furtherBytesGiveNoFurtherTime() {
        prefaced();
        byte[] head = frame(FrameType.HEADERS, END_STREAM, 1, GET);
        for (byte next : head) {
            parse(new byte[] {next});
        }
        for (int i = 0; i < 9; i++) {
            advance(Duration.ofSeconds(1));
            parse(frame(FrameType.CONTINUATION, 0, 1, new byte[0]));
        }
        assertThat(deadlines).isEmpty();
        advance(Duration.ofMillis(1_100));
        assertThat(deadlines).containsExactly(Deadline.HEAD);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 23, 24, 30, 38})
    void thePrefaceAndItsSettingsHaveTenSecondsTogether(int length) {
        byte[] whole = join(PREFACE, frame(FrameType.SETTINGS, 0, 0, new byte[6]));
        parse(new byte[] {whole[0]});
        advance(Duration.ofSeconds(9));
        parse(Arrays.copyOfRange(whole, 1, length));
        assertThat(deadlines).isEmpty();
        advance(Duration.ofMillis(1_100));
        assertThat(deadlines).containsExactly(Deadline.HEAD);
        assertThat(endPoint.isOpen()).isFalse();
    }

    /** Jetty 12.1.14 takes the rest of their payload for the head of a frame. */
    @Test
    void theFirstSettingsMayComeByteByByte() {
        byte[] settings = {0, 5, 0, 0, 0x50, 0};
        for (byte next : join(PREFACE, frame(FrameType.SETTINGS, 0, 0, settings))) {
            parse(new byte[] {next});
        }
        assertThat(connection.getSession().getGenerator().getMaxFrameSize()).isEqualTo(0x5000);
        advance(Duration.ofSeconds(60));
        assertThat(deadlines).isEmpty();
        assertThat(endPoint.isOpen()).isTrue();
    }

    @Test
    void whatHasComeWholeIsWaitedForNoMore() {
        prefaced();
        byte[] ping = frame(FrameType.PING, 0, 0, new byte[8]);
        // Each read ends within one, and none of them takes long.
        parse(Arrays.copyOf(ping, 5));
        for (int i = 0; i < 20; i++) {
            advance(Duration.ofSeconds(9));
            parse(join(Arrays.copyOfRange(ping, 5, ping.length), Arrays.copyOf(ping, 5)));
        }
        assertThat(deadlines).isEmpty();
        parse(Arrays.copyOfRange(ping, 5, ping.length));
        advance(Duration.ofSeconds(60));
        assertThat(deadlines).isEmpty();
        assertThat(endPoint.isOpen()).isTrue();
    }

    /** A WebSocket has its own deadline for a message that is under way, and so has a body. */
    @Test
    void thePayloadOfDataMayStop() {
        prefaced();
        parse(frame(FrameType.HEADERS, END_HEADERS, 1, GET));
        byte[] data = frame(FrameType.DATA, 0, 1, new byte[100]);
        parse(Arrays.copyOf(data, 5));
        advance(Duration.ofSeconds(9));
        parse(Arrays.copyOfRange(data, 5, 50));
        advance(Duration.ofSeconds(60));
        assertThat(deadlines).isEmpty();
    }

    @Test
    void whatWasUnderWayAtTheEndIsNotLate() {
        prefaced();
        parse(Arrays.copyOf(frame(FrameType.HEADERS, END_HEADERS, 1, GET), 10));
        connection.onClose(null);
        advance(Duration.ofSeconds(20));
        assertThat(deadlines).isEmpty();
    }

    @Test
    void afterAFailureNothingIsLate() {
        prefaced();
        parse(
                join(
                        frame(FrameType.WINDOW_UPDATE, 0, 0, new byte[4]),
                        Arrays.copyOf(frame(FrameType.HEADERS, 0, 1, GET), 10)));
        advance(Duration.ofSeconds(20));
        assertThat(deadlines).isEmpty();
    }

    private void parse(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            connection.getSession().getParser().parse(buffer);
        }
    }

    private void advance(Duration by) {
        ticker.advance(by, wheel);
    }

    private HTTP2ServerConnection connection() {
        ServerConnector connector =
                new ServerConnector(
                        new Server(),
                        Runnable::run,
                        new ScheduledExecutorScheduler(),
                        new ArrayByteBufferPool(),
                        0,
                        1);
        LimitsObserver observer =
                new LimitsObserver() {
                    @Override
                    public void onDeadline(Deadline deadline) {
                        deadlines.add(deadline);
                    }
                };
        return new BatchedHttp2(
                        new StreamBursts(LogLimit.none()),
                        new Http2Bounds(
                                Ledger.unbounded(),
                                wheel,
                                ticker,
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(30),
                                observer,
                                LogLimit.none()))
                .connection(
                        new HTTP2CServerConnectionFactory(new HttpConfiguration()),
                        connector,
                        endPoint,
                        new ServerSessionListener() {});
    }

    private static byte[] frame(FrameType type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .putInt(payload.length << 8 | type.getType())
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    private static byte[] join(byte[] first, byte[] second) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(first);
        out.writeBytes(second);
        return out.toByteArray();
    }
}
