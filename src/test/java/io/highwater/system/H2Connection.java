package io.highwater.system;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HostPortHttpField;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpScheme;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.GoAwayFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.LifeCycle;
import org.jspecify.annotations.Nullable;

/**
 * One h2c connection of a client, whose streams carry WebSockets (RFC 8441). A stream gives its
 * window back when its Peer reads and not before. Thread-safe.
 */
public final class H2Connection implements AutoCloseable, Session.Listener {
    private static final int STREAM_WINDOW = 64 << 10;
    private static final int SESSION_WINDOW = 64 << 20;
    private static final long GUARD_SECONDS = 30;

    private final HTTP2Client client = new HTTP2Client(new ClientConnector());
    private final CountDownLatch goAway = new CountDownLatch(1);
    private final int port;
    private final Session session;

    private H2Connection(int port) throws Exception {
        this.port = port;
        client.setIdleTimeout(-1);
        client.setMaxLocalStreams(20_000);
        client.setInitialStreamRecvWindow(STREAM_WINDOW);
        client.setInitialSessionRecvWindow(SESSION_WINDOW);
        client.start();
        session =
                client.connect(new InetSocketAddress("127.0.0.1", port), this)
                        .get(GUARD_SECONDS, TimeUnit.SECONDS);
    }

    public static H2Connection connect(int port) throws Exception {
        return new H2Connection(port);
    }

    /** Opens a WebSocket; refuses any answer but 200. */
    public Peer open(String path) throws Exception {
        StreamCarrier carrier = new StreamCarrier();
        int status = request(path, carrier);
        if (status != 200) {
            throw new IOException("no upgrade: " + status);
        }
        return new Peer(carrier);
    }

    /** The status of an opening handshake. */
    int statusOf(String path) throws Exception {
        return request(path, new StreamCarrier());
    }

    private int request(String path, StreamCarrier carrier) throws Exception {
        MetaData.ConnectRequest request =
                new MetaData.ConnectRequest(
                        HttpScheme.HTTP,
                        new HostPortHttpField("127.0.0.1:" + port),
                        path,
                        HttpFields.from(new HttpField("Sec-WebSocket-Version", "13")),
                        "websocket");
        carrier.stream =
                session.newStream(new HeadersFrame(request, null, false), carrier)
                        .get(GUARD_SECONDS, TimeUnit.SECONDS);
        return carrier.status.get(GUARD_SECONDS, TimeUnit.SECONDS);
    }

    void awaitGoAway() throws InterruptedException {
        if (!goAway.await(GUARD_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("no GOAWAY");
        }
    }

    @Override
    public void onGoAway(Session session, GoAwayFrame frame) {
        goAway.countDown();
    }

    @Override
    public void close() {
        LifeCycle.stop(client);
    }

    private static final class StreamCarrier implements Peer.Carrier, Stream.Listener {
        private enum News {
            DATA,
            RESET
        }

        final CompletableFuture<Integer> status = new CompletableFuture<>();
        private final LinkedBlockingQueue<News> news = new LinkedBlockingQueue<>();
        volatile @Nullable Stream stream;

        /** How, once it was reset. */
        private volatile String ended = "";

        @Override
        public void onHeaders(Stream stream, HeadersFrame frame) {
            status.complete(((MetaData.Response) frame.getMetaData()).getStatus());
        }

        @Override
        public void onDataAvailable(Stream stream) {
            news.add(News.DATA);
        }

        @Override
        public void onReset(Stream stream, ResetFrame frame, Callback callback) {
            status.complete(-1);
            ended = "code " + frame.getError();
            news.add(News.RESET);
            callback.succeeded();
        }

        @Override
        public void onFailure(
                Stream stream, int error, String reason, Throwable failure, Callback callback) {
            status.completeExceptionally(failure);
            ended = "with the connection: code " + error + ", " + reason + ", " + failure;
            news.add(News.RESET);
            callback.succeeded();
        }

        private Stream stream() {
            Stream opened = stream;
            if (opened == null) {
                throw new IllegalStateException("not open");
            }
            return opened;
        }

        @Override
        public InputStream in() {
            return new StreamInput();
        }

        @Override
        public OutputStream out() {
            return new StreamOutput();
        }

        @Override
        public void abort() {
            Stream opened = stream();
            if (!opened.isClosed()) {
                opened.reset(
                        new ResetFrame(opened.getId(), ErrorCode.CANCEL_STREAM_ERROR.code),
                        Callback.NOOP);
            }
        }

        private final class StreamInput extends InputStream {
            private Stream.@Nullable Data current;
            private boolean ended;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] to, int offset, int length) throws IOException {
                while (true) {
                    Stream.Data data = current == null ? stream().readData() : current;
                    if (data == null) {
                        if (ended) {
                            return -1;
                        }
                        awaitData();
                        continue;
                    }
                    current = data;
                    ByteBuffer bytes = data.frame().getByteBuffer();
                    int count = Math.min(length, bytes.remaining());
                    bytes.get(to, offset, count);
                    if (!bytes.hasRemaining()) {
                        ended |= data.frame().isEndStream();
                        data.release();
                        current = null;
                    }
                    if (count > 0) {
                        return count;
                    }
                    if (ended) {
                        return -1;
                    }
                }
            }

            private void awaitData() throws IOException {
                stream().demand();
                try {
                    News next = news.poll(GUARD_SECONDS, TimeUnit.SECONDS);
                    if (next == null) {
                        throw new AssertionError("nothing came");
                    }
                    if (next == News.RESET) {
                        news.add(next);
                        throw new IOException("stream reset: " + StreamCarrier.this.ended);
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException(e);
                }
            }
        }

        private final class StreamOutput extends OutputStream {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] from, int offset, int length) throws IOException {
                DataFrame frame =
                        new DataFrame(
                                stream().getId(), ByteBuffer.wrap(from, offset, length), false);
                try {
                    stream().data(frame).get(GUARD_SECONDS, TimeUnit.SECONDS);
                } catch (ExecutionException | TimeoutException e) {
                    throw new EOFException("the stream takes no more: " + e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException(e);
                }
            }
        }
    }
}
