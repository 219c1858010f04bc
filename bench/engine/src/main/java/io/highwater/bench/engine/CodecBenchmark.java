package io.highwater.bench.engine;

import io.highwater.handshake.RoutePolicy;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.Opcode;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.Route;
import io.highwater.wire.Wire;
import io.highwater.wire.WireListener;
import io.highwater.wire.WireObserver;
import io.highwater.wire.WireSettings;
import io.highwater.wire.engine.ReadBuffers;
import io.highwater.wire.engine.WireConnection;
import io.highwater.wire.engine.WireContext;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** One message through the engine: a frame made, and a masked text frame read and checked. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class CodecBenchmark {
    private static final int MASK = 0x9E3779B9;
    private static final int LENGTH_16 = 126;

    /** Bytes of a message. */
    @Param({"64", "1024", "16000"})
    public int bytes;

    private byte[] payload = {};
    private MemoryTransport transport = new MemoryTransport(ByteBuffer.allocate(0));
    private WireConnection wire;
    private long read;

    /** Counts what it reads. */
    private final class Counter implements WireListener {
        private final Wire of;

        Counter(Wire of) {
            this.of = of;
        }

        @Override
        public void onOpen() {
            of.demand();
        }

        @Override
        public void onFragment(Opcode opcode, ByteBuffer piece, boolean last) {
            read += piece.remaining();
            of.demand();
        }

        @Override
        public void onWritable() {}

        @Override
        public void onClosed(CloseStatus status) {
            throw new IllegalStateException("closed: " + status);
        }
    }

    public CodecBenchmark() {
        wire = open();
    }

    @Setup
    public void prepare() {
        payload = new byte[bytes];
        java.util.Arrays.fill(payload, (byte) 'x');
        transport = new MemoryTransport(masked(payload));
        wire = open();
    }

    @SuppressWarnings("NullAway") // The listener here asks nothing of the request.
    private WireConnection open() {
        UpgradeRequest none = null;
        Route route =
                new Route(
                        RoutePolicy.of("/"),
                        WireSettings.defaults(),
                        Route.SAME_THREAD,
                        Route.Lifecycle.NON_BLOCKING,
                        (of, request, decision, headers) -> new Counter(of));
        WireConnection opened =
                new WireConnection(
                        new WireContext(
                                new TimerWheel(Ticker.system().nanoTime()),
                                new ReadBuffers(),
                                WireObserver.NONE),
                        transport,
                        route,
                        none,
                        UpgradeDecision.Accepted.of(InetAddress.getLoopbackAddress()),
                        MemoryWire.PAYER,
                        null,
                        (name, value) -> {});
        opened.onOpened(ByteBuffer.allocate(0));
        return opened;
    }

    private static ByteBuffer masked(byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 8);
        frame.put((byte) 0x81);
        if (payload.length < LENGTH_16) {
            frame.put((byte) (0x80 | payload.length));
        } else {
            frame.put((byte) (0x80 | LENGTH_16)).putShort((short) payload.length);
        }
        frame.putInt(MASK);
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ (MASK >>> (24 - 8 * (i & 3)))));
        }
        return frame.flip();
    }

    @Benchmark
    public OutboundFrame encode() {
        return OutboundFrame.text(ByteBuffer.wrap(payload));
    }

    @Benchmark
    public void decode(Blackhole hole) {
        transport.reload();
        wire.onReadable();
        hole.consume(read);
    }
}
