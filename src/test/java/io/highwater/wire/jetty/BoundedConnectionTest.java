package io.highwater.wire.jetty;

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
import java.util.Queue;
import org.eclipse.jetty.http2.api.server.ServerSessionListener;
import org.eclipse.jetty.http2.frames.FrameType;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.internal.HTTP2ServerConnection;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.junit.jupiter.api.Test;

/** Against a peer whose bytes never end, on one thread. */
class BoundedConnectionTest {
    /** More than any turn; a connection that reads on for ever is stopped here. */
    private static final int MOST_READS = 100;

    /** The same where each frame is answered: Jetty's time goes by the square of what waits. */
    private static final int MOST_ANSWERED_READS = 20;

    /** Of a type that nobody knows. */
    private static final int UNKNOWN = 0x42;

    private final Queue<Runnable> elsewhere = new ArrayDeque<>();
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
        Flood flood =
                new Flood(frame(FrameType.WINDOW_UPDATE, new byte[] {0, 0, 0, 1}), MOST_READS);
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
        Flood flood = new Flood(frame(UNKNOWN, new byte[16_384]), 10_000);
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

    @Test
    void whoHasWastedTooMuchIsReadNoMore() {
        Flood flood =
                new Flood(frame(FrameType.WINDOW_UPDATE, new byte[] {0, 0, 0, 1}), MOST_READS);
        // So that the farewell can't leave, either.
        flood.full = true;
        open(flood);
        flood.turns();
        assertThat(flood.reads).isLessThan(50);
        assertThat(flood.isOpen()).isTrue();
        flood.full = false;
        flood.flushed();
        runElsewhere();
        assertThat(flood.isOpen()).isFalse();
    }

    private void runElsewhere() {
        for (Runnable task = elsewhere.poll(); task != null; task = elsewhere.poll()) {
            task.run();
        }
    }

    private void open(Flood flood) {
        HTTP2CServerConnectionFactory factory =
                new HTTP2CServerConnectionFactory(new HttpConfiguration());
        HTTP2ServerConnection connection =
                BatchedHttp2.connection(
                        factory,
                        connector,
                        flood,
                        new ServerSessionListener() {},
                        new StreamBursts(LogLimit.none()),
                        new Http2Bounds(
                                ledger(),
                                new TimerWheel(0),
                                Ticker.system(),
                                Duration.ofSeconds(10),
                                Duration.ZERO,
                                LimitsObserver.NONE,
                                LogLimit.none()));
        flood.setConnection(connection);
        connection.onOpen();
    }

    /** With the waste that is allowed by default. */
    private static Ledger ledger() {
        LimitSettings settings = LimitSettings.defaults();
        Ticker ticker = Ticker.system();
        Payers payers = new Payers(settings.address(), address -> false, ticker);
        return new Ledger(settings, 1L << 30, payers, LimitsObserver.NONE, ticker, LogLimit.none());
    }

    private static byte[] frame(FrameType type, byte[] payload) {
        return frame(type.getType(), payload);
    }

    private static byte[] frame(int type, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .putInt(payload.length << 8 | type)
                .put((byte) 0)
                .putInt(0)
                .put(payload)
                .array();
    }

    /** Has always another frame; writes go through, or nothing of them does. */
    private static final class Flood extends ByteArrayEndPoint {
        private final byte[] frame;
        private final int mostReads;
        private boolean prefaced;
        private int reads;
        private boolean full;

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
