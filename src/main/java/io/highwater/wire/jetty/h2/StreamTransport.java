package io.highwater.wire.jetty.h2;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.time.Timer;
import io.highwater.time.TimerWheel;
import io.highwater.wire.Transport;
import io.highwater.wire.TransportKind;
import io.highwater.wire.jetty.JettyTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Function;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.HTTP2Stream;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * One stream of an HTTP/2 connection after an Extended CONNECT (RFC 8441).
 *
 * <p>Its end needs care. Jetty keeps a stream until both halves are closed, so a peer that never
 * sends END_STREAM would leave it behind until the TCP connection ends; and a stream that is
 * removed or reset while the peer's END_STREAM is under way makes that frame count as an attack,
 * which ends the connection for all its siblings. So {@link #close} ends our half, reads the peer's
 * half to its end, and resets only the stream of a peer that takes too long.
 */
final class StreamTransport extends JettyTransport {
    /** How long a peer may take to end its half of the stream after ours. */
    private static final Duration END_STREAM_TIMEOUT = Duration.ofSeconds(5);

    private enum Phase {
        OPEN,
        /** Our half ends with the last byte written, the peer's is read to its end. */
        DRAINING,
        /** The peer's half is over; ours still has bytes to send. */
        PEER_ENDED,
        ENDED
    }

    private final TimerWheel wheel;

    /** Null on an HTTP/2 connection that we did not make: there Jetty alone sends. */
    private final @Nullable StreamOutput output;

    @GuardedBy("this")
    private Phase phase = Phase.OPEN;

    /** END_STREAM is with Jetty. */
    @GuardedBy("this")
    private boolean outputEnded;

    @GuardedBy("this")
    private @Nullable EndStreamDeadline deadline;

    /** DATA that was not read to its end. */
    @GuardedBy("this")
    private Stream.@Nullable Data input;

    /** Nothing comes after the input that was read. */
    @GuardedBy("this")
    private boolean inputEnded;

    StreamTransport(
            EndPoint endPoint,
            TransportKind kind,
            TimerWheel wheel,
            Function<Transport, ? extends Events> wire) {
        super(endPoint, kind, wire);
        this.wheel = wheel;
        this.output =
                stream().getSession() instanceof BatchingSession session
                        ? new StreamOutput(this, stream(), session.batcher())
                        : null;
    }

    private HTTP2Stream stream() {
        return (HTTP2Stream) getEndPoint().getTransport();
    }

    @Nullable StreamOutput output() {
        return output;
    }

    @Override
    public boolean write(ByteBuffer from) throws IOException {
        return output == null ? writeByCallback(from) : output.write(from);
    }

    @Override
    public void shutdownOutput() {
        if (output == null || output.end()) {
            onOutputSent();
        }
    }

    /** The buffer that the output took and did not copy is gone. */
    void onOutputWritten() {
        wire().onWritten();
    }

    /** Nothing is left before END_STREAM. */
    void onOutputSent() {
        super.shutdownOutput();
        boolean last;
        synchronized (this) {
            outputEnded = true;
            last = phase == Phase.PEER_ENDED;
        }
        if (last) {
            end();
            remove();
        }
    }

    // Its input. Jetty's EndPoint gives DATA back twice if one thread closes it while another reads
    // (12.1.14: HTTP2StreamEndPoint.close and fillFromData), and then two connections have the
    // buffer at once. So DATA is taken from the stream, and the EndPoint has none.

    @Override
    public int fill(ByteBuffer to) {
        Stream.Data next = isInputNeeded() ? stream().readData() : null;
        synchronized (this) {
            if (next != null) {
                // Two threads may drain at once, and neither wants the data.
                dropInput();
                input = next;
            }
            if (phase == Phase.ENDED) {
                dropInput();
                return -1;
            }
            Stream.Data data = input;
            if (data == null) {
                return inputEnded ? -1 : 0;
            }
            ByteBuffer from = data.frame().getByteBuffer();
            int filled = BufferUtil.append(to, from);
            if (!from.hasRemaining()) {
                inputEnded = data.frame().isEndStream();
                dropInput();
            }
            return filled == 0 && inputEnded ? -1 : filled;
        }
    }

    private synchronized boolean isInputNeeded() {
        return input == null && !inputEnded;
    }

    @GuardedBy("this")
    private void dropInput() {
        Stream.Data data = input;
        input = null;
        if (data != null) {
            data.release();
        }
    }

    @Override
    public void whenReadable() {
        if (isInputNeeded()) {
            super.whenReadable();
        } else {
            succeeded();
        }
    }

    /** Jetty is done with the stream: ended, reset or failed. */
    @Override
    public void onClose(@Nullable Throwable cause) {
        end();
        if (output != null) {
            output.drop();
        }
        super.onClose(cause);
    }

    @Override
    public void succeeded() {
        boolean draining;
        synchronized (this) {
            draining = phase == Phase.DRAINING;
        }
        if (draining) {
            drain();
        } else {
            super.succeeded();
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            if (phase != Phase.OPEN) {
                return;
            }
            phase = Phase.DRAINING;
            deadline = new EndStreamDeadline();
            wheel.schedule(deadline, wheel.nowNanos() + END_STREAM_TIMEOUT.toNanos());
        }
        shutdownOutput();
        drain();
    }

    @Override
    public void abort() {
        end();
        if (output != null) {
            output.drop();
        }
        HTTP2Stream stream = stream();
        if (!stream.isClosed()) {
            stream.reset(
                    new ResetFrame(stream.getId(), ErrorCode.CANCEL_STREAM_ERROR.code),
                    Callback.NOOP);
        }
        getEndPoint().close();
    }

    /** Reads and drops the peer's half; runs on the thread that learns of more. */
    private void drain() {
        ByteBuffer dropped = BufferUtil.allocate(1024);
        int filled;
        do {
            BufferUtil.clear(dropped);
            filled = fill(dropped);
        } while (filled > 0);
        if (filled < 0) {
            onPeerEnded();
        } else {
            whenReadable();
        }
    }

    /** What we still have to send has until the deadline. */
    private void onPeerEnded() {
        boolean last;
        synchronized (this) {
            if (phase == Phase.DRAINING) {
                phase = Phase.PEER_ENDED;
            }
            last = outputEnded;
        }
        if (last) {
            end();
            remove();
        }
    }

    /**
     * Both halves are over. Closing the EndPoint marks the stream closed without taking it out of
     * its session; if our END_STREAM is still with the flusher, nothing would do so later (Jetty
     * #15657).
     */
    private void remove() {
        getEndPoint().close();
        stream().getSession().removeStream(stream());
    }

    private void end() {
        Timer due;
        synchronized (this) {
            phase = Phase.ENDED;
            due = deadline;
            deadline = null;
            dropInput();
        }
        if (due != null) {
            wheel.cancel(due);
        }
    }

    private final class EndStreamDeadline extends Timer {
        @Override
        protected void onDeadline(long nowNanos) {
            abort();
        }
    }
}
