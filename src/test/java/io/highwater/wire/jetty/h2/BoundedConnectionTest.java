package io.highwater.wire.jetty.h2;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.limits.Ledger;
import io.highwater.limits.LimitSettings;
import io.highwater.limits.LimitsObserver;
import io.highwater.limits.Payers;
import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.Flags;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.server.ServerSessionListener;
import org.eclipse.jetty.http2.frames.FrameType;
import org.eclipse.jetty.http2.frames.GoAwayFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.SettingsFrame;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.internal.HTTP2ServerConnection;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a peer whose bytes never end, on one thread. */
class BoundedConnectionTest {
    /** More than any turn; a connection that reads on for ever is stopped here. */
    private static final int MOST_READS = 100;

    /** The same where each frame is answered: Jetty's time goes by the square of what waits. */
    private static final int MOST_ANSWERED_READS = 20;

    private static final int MOST_TASKS = 1_000;

    /** Of a type that nobody knows. */
    private static final int UNKNOWN = 0x42;

    /** By a byte. */
    private static final byte[] WIDER = {0, 0, 0, 1};

    // RFC 7541 appendix A: POST / by http; then a literal :authority.
    private static final byte[] POST = {(byte) 0x83, (byte) 0x84, (byte) 0x86, 1, 1, 'a'};

    private final Queue<Runnable> elsewhere = new ArrayDeque<>();
    private final Heard heard = new Heard();
    private final ServerConnector connector =
            new ServerConnector(
                    new Server(),
                    elsewhere::add,
                    new ScheduledExecutorScheduler(),
                    new ArrayByteBufferPool(),
                    0,
                    1);

    @Test
    void aTurnEndsThoughThereIsMoreToRead() {
        Flood flood = new Flood(frame(FrameType.WINDOW_UPDATE, WIDER), MOST_READS);
        open(flood);
        assertThat(flood.reads).isBetween(1, 8);
        int before = flood.reads;
        flood.turn();
        assertThat(flood.reads - before).isBetween(1, 8);
        assertThat(flood.isFillInterested()).isTrue();
    }

    @Test
    void aTurnEndsThoughItsReadsBringNoFrame() {
        // As in TLS records of a byte each.
        Flood flood = new Flood(frame(UNKNOWN, 0, 0, new byte[16_384]), 10_000);
        flood.trickles = true;
        open(flood);
        assertThat(flood.reads).isBetween(100, 300);
        int before = flood.reads;
        flood.turn();
        assertThat(flood.reads - before).isBetween(100, 300);
        assertThat(flood.isFillInterested()).isTrue();
    }

    @Test
    void nothingIsReadWhileAnswersWaitForThePeer() {
        Flood flood = new Flood(frame(FrameType.PING, new byte[8]), MOST_ANSWERED_READS);
        flood.full = true;
        open(flood);
        flood.turns();
        int before = flood.reads;
        assertThat(before).isLessThan(8);
        flood.full = false;
        flood.flushed();
        runElsewhere();
        assertThat(flood.reads).isGreaterThan(before);
        assertThat(flood.isFillInterested()).isTrue();
    }

    /** Of the connection, and of a stream. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void nothingIsReadWhileWindowsWaitForAWrite(int stream) {
        Flood flood = new Flood(frame(FrameType.WINDOW_UPDATE, stream, WIDER), MOST_READS);
        flood.full = true;
        open(flood);
        flood.turns();
        int before = flood.reads;
        assertThat(before).isLessThan(8);
        flood.full = false;
        flood.flushed();
        runElsewhere();
        assertThat(flood.reads).isGreaterThan(before);
        assertThat(flood.isFillInterested()).isTrue();
    }

    @Test
    void aChangeOfAllWindowsWaitsAsOneOfEachStream() {
        Flood flood = new Flood(frame(FrameType.PING, new byte[8]), MOST_ANSWERED_READS);
        flood.streams = 90;
        flood.windowChanges = 12;
        flood.full = true;
        BatchingSession session = (BatchingSession) open(flood).getSession();
        assertThat(session.getStreamCount()).isEqualTo(90);
        assertThat(session.waiting()).isGreaterThan(90 * 12);
    }

    /** Its flusher then takes no more windows, and has none. */
    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void whoseAnswersCanNoMoreBeEncodedIsReadOn() {
        Flood flood = new Flood(frame(FrameType.WINDOW_UPDATE, WIDER), MOST_READS);
        HTTP2ServerConnection connection = open(flood);
        HttpFields fields = HttpFields.build().put("large", "x".repeat(100_000));
        MetaData answer = new MetaData(HttpVersion.HTTP_2, fields);
        HTTP2Session session = connection.getSession();
        session.frames(
                session.getStream(1),
                List.of(new HeadersFrame(1, answer, null, true)),
                Callback.NOOP);
        flood.turns();
        assertThat(runElsewhere()).as("not for ever").isLessThan(MOST_TASKS);
        assertThat(flood.reads).as("until it is waste").isBetween(20, 50);
    }

    @Test
    void whatAFarewellSaysIsNotKept() {
        byte[] farewell = ByteBuffer.allocate(10).putInt(Integer.MAX_VALUE).array();
        Flood flood = new Flood(frame(FrameType.GO_AWAY, farewell), MOST_READS);
        open(flood);
        flood.turns();
        assertThat(heard.farewells).isNotEmpty();
        assertThat(heard.farewells).extracting(GoAwayFrame::getPayload).containsOnlyNulls();
        assertThat(flood.isOpen()).as("many are waste").isFalse();
    }

    @Test
    void ofSettingsThoseStayThatAreKnown() {
        byte[] settings =
                ByteBuffer.allocate(18)
                        .putShort((short) 0x4242)
                        .putInt(1)
                        .putShort((short) SettingsFrame.MAX_CONCURRENT_STREAMS)
                        .putInt(2)
                        .putShort((short) 9)
                        .putInt(3)
                        .array();
        open(new Flood(frame(FrameType.SETTINGS, settings), MOST_ANSWERED_READS));
        assertThat(heard.settings)
                .last()
                .isEqualTo(Map.of(SettingsFrame.MAX_CONCURRENT_STREAMS, 2));
    }

    @Test
    void whoHasWastedTooMuchIsReadNoMore() {
        Flood flood = new Flood(frame(FrameType.WINDOW_UPDATE, WIDER), MOST_READS);
        open(flood);
        // So that the farewell can't leave, either.
        flood.full = true;
        flood.turns();
        assertThat(flood.reads).isLessThan(50);
        assertThat(flood.isOpen()).isTrue();
        flood.full = false;
        flood.flushed();
        runElsewhere();
        assertThat(flood.isOpen()).isFalse();
    }

    /** Tells how many there were. */
    private int runElsewhere() {
        int tasks = 0;
        for (Runnable task = elsewhere.poll(); task != null; task = elsewhere.poll()) {
            task.run();
            if (++tasks == MOST_TASKS) {
                break;
            }
        }
        return tasks;
    }

    private HTTP2ServerConnection open(Flood flood) {
        HTTP2CServerConnectionFactory factory =
                new HTTP2CServerConnectionFactory(new HttpConfiguration());
        HTTP2ServerConnection connection =
                new BatchedHttp2(
                                new StreamBursts(LogLimit.none()),
                                new Http2Bounds(
                                        ledger(),
                                        new TimerWheel(0),
                                        Ticker.system(),
                                        Duration.ofSeconds(10),
                                        Duration.ZERO,
                                        LimitsObserver.NONE,
                                        LogLimit.none()))
                        .connection(factory, connector, flood, heard);
        flood.setConnection(connection);
        connection.onOpen();
        return connection;
    }

    /** With the waste that is allowed by default. */
    private static Ledger ledger() {
        LimitSettings settings = LimitSettings.defaults();
        Ticker ticker = Ticker.system();
        Payers payers = new Payers(settings.address(), address -> false, ticker);
        return new Ledger(settings, 1L << 30, payers, LimitsObserver.NONE, ticker, LogLimit.none());
    }

    private static byte[] frame(FrameType type, byte[] payload) {
        return frame(type, 0, payload);
    }

    private static byte[] frame(FrameType type, int stream, byte[] payload) {
        return frame(type.getType(), 0, stream, payload);
    }

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .putInt(payload.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /** Keeps what it is told. */
    private static final class Heard implements ServerSessionListener {
        private final List<GoAwayFrame> farewells = new ArrayList<>();
        private final List<Map<Integer, Integer>> settings = new ArrayList<>();

        @Override
        public void onGoAway(Session session, GoAwayFrame frame) {
            farewells.add(frame);
        }

        @Override
        public void onSettings(Session session, SettingsFrame frame) {
            settings.add(frame.getSettings());
        }
    }

    /** Has always another frame; writes go through, or nothing of them does. */
    private static final class Flood extends ByteArrayEndPoint {
        private final byte[] frame;
        private final int mostReads;
        private boolean prefaced;
        private int reads;
        private boolean full;

        /** That are opened at first. */
        private int streams = 1;

        /** Of their windows, at first. */
        private int windowChanges;

        /** A read brings a byte. */
        private boolean trickles;

        private int trickled;

        Flood(byte[] frame, int mostReads) {
            super("", 0);
            this.frame = frame;
            this.mostReads = mostReads;
        }

        @Override
        public int fill(ByteBuffer buffer) {
            if (++reads > mostReads) {
                return 0;
            }
            int position = BufferUtil.flipToFill(buffer);
            int before = buffer.position();
            if (!prefaced) {
                prefaced = true;
                buffer.put("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                buffer.put(frame(FrameType.SETTINGS, new byte[0]));
                for (int i = 0; i < streams; i++) {
                    buffer.put(
                            frame(FrameType.HEADERS.getType(), Flags.END_HEADERS, 2 * i + 1, POST));
                }
                for (int i = 0; i < windowChanges; i++) {
                    ByteBuffer setting = ByteBuffer.allocate(6);
                    setting.putShort((short) SettingsFrame.INITIAL_WINDOW_SIZE).putInt(i);
                    buffer.put(frame(FrameType.SETTINGS, setting.array()));
                }
            }
            if (trickles) {
                buffer.put(frame[trickled++ % frame.length]);
            } else {
                while (buffer.remaining() >= frame.length) {
                    buffer.put(frame);
                }
            }
            int filled = buffer.position() - before;
            BufferUtil.flipToFlush(buffer, position);
            return filled;
        }

        @Override
        public boolean flush(ByteBuffer... buffers) {
            if (full) {
                return false;
            }
            for (ByteBuffer buffer : buffers) {
                buffer.position(buffer.limit());
            }
            return true;
        }

        /** The selector's part. */
        void turn() {
            getFillInterest().fillable();
        }

        void turns() {
            for (int i = 0; i < mostReads && isFillInterested(); i++) {
                turn();
            }
        }

        void flushed() {
            getWriteFlusher().completeWrite();
        }
    }
}
