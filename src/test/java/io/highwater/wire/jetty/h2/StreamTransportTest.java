package io.highwater.wire.jetty.h2;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.time.TimerWheel;
import io.highwater.wire.TransportKind;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http2.HTTP2Stream;
import org.eclipse.jetty.http2.HTTP2StreamEndPoint;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.util.BufferUtil;
import org.junit.jupiter.api.Test;

/** DATA is slices of pooled buffers: given back twice, a buffer has two connections at once. */
final class StreamTransportTest {
    private final Queue<Stream.Data> received = new ArrayDeque<>();
    private final AtomicInteger released = new AtomicInteger();
    private final StreamTransport transport = transport(new FedStream());
    private final ByteBuffer to = BufferUtil.allocate(8);

    /** What another thread may do at any moment is done while DATA is given back. */
    private Runnable meanwhile = () -> {};

    private static StreamTransport transport(HTTP2Stream stream) {
        HTTP2StreamEndPoint endPoint =
                new HTTP2StreamEndPoint(stream) {
                    @Override
                    public SocketAddress getRemoteSocketAddress() {
                        return new InetSocketAddress("127.0.0.1", 1);
                    }
                };
        endPoint.setConnection(
                (Connection)
                        Proxy.newProxyInstance(
                                Connection.class.getClassLoader(),
                                new Class<?>[] {Connection.class},
                                (connection, method, arguments) -> null));
        return new StreamTransport(endPoint, TransportKind.H2C, new TimerWheel(0), ignored -> null);
    }

    private int fill() throws IOException {
        return transport.fill(BufferUtil.allocate(8));
    }

    @Test
    void aBufferIsGivenBackOnceThoughItsStreamIsAbortedMeanwhile() throws IOException {
        received.add(new CountedData(5, false));
        meanwhile = transport::abort;

        assertThat(fill()).isEqualTo(5);

        assertThat(released).hasValue(1);
        assertThat(fill()).isEqualTo(-1);
    }

    @Test
    void whatWasReadInPartIsGivenBackByAnAbort() throws IOException {
        received.add(new CountedData(20, false));

        assertThat(transport.fill(to)).isEqualTo(8);
        assertThat(released).hasValue(0);
        transport.abort();

        assertThat(released).hasValue(1);
        assertThat(fill()).isEqualTo(-1);
        assertThat(released).hasValue(1);
    }

    @Test
    void whatComesAfterAnAbortIsGivenBackUnread() throws IOException {
        transport.abort();
        received.add(new CountedData(5, false));

        assertThat(fill()).isEqualTo(-1);

        assertThat(released).hasValue(1);
    }

    @Test
    void dataIsReadInOrderAndEndsOnce() throws IOException {
        received.add(new CountedData(10, false));
        received.add(new CountedData(0, false));
        received.add(new CountedData(3, true));

        assertThat(transport.fill(to)).isEqualTo(8);
        assertThat(fill()).isEqualTo(2);
        assertThat(fill()).isZero();
        assertThat(fill()).isEqualTo(3);
        assertThat(fill()).isEqualTo(-1);
        assertThat(fill()).isEqualTo(-1);
        assertThat(released).hasValue(3);
    }

    @Test
    void anEndWithoutABodyIsOne() throws IOException {
        received.add(new CountedData(0, true));

        assertThat(fill()).isEqualTo(-1);
        assertThat(released).hasValue(1);
    }

    /** A stream of no session: what it was sent is the test's. */
    private final class FedStream extends HTTP2Stream {
        FedStream() {
            super(null, 1, BoundedStream.request(HttpMethod.CONNECT), false);
        }

        @Override
        public Stream.Data readData() {
            return received.poll();
        }

        @Override
        public boolean isClosed() {
            return true;
        }

        @Override
        public void close() {}

        @Override
        public void demand() {}

        @Override
        public CompletableFuture<Stream> data(DataFrame frame) {
            return CompletableFuture.completedFuture(this);
        }

        @Override
        public void data(DataFrame frame, org.eclipse.jetty.util.Callback callback) {
            callback.succeeded();
        }
    }

    private final class CountedData extends Stream.Data {
        CountedData(int bytes, boolean last) {
            super(new DataFrame(1, ByteBuffer.allocate(bytes), last));
        }

        @Override
        public boolean release() {
            released.incrementAndGet();
            Runnable once = meanwhile;
            meanwhile = () -> {};
            once.run();
            return true;
        }
    }
}
