package io.highwater.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HostPortHttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpScheme;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.LifeCycle;

/** {@link TestSocket}s as streams of one HTTP/2 connection without TLS (RFC 8441). */
public final class SocketOverHttp2 implements AutoCloseable {
    private final HTTP2Client client = new HTTP2Client(new ClientConnector());
    private final Session session;
    private final URI server;

    private SocketOverHttp2(URI server) throws IOException {
        this.server = server;
        LifeCycle.start(client);
        client.setIdleTimeout(-1);
        client.setMaxLocalStreams(20_000);
        session =
                get(
                        client.connect(
                                new InetSocketAddress(server.getHost(), server.getPort()),
                                new Session.Listener() {}));
    }

    public static SocketOverHttp2 connect(URI server) throws IOException {
        return new SocketOverHttp2(server);
    }

    /**
     * @param subprotocol null offers none
     */
    public TestSocket open(String path, String subprotocol) throws IOException {
        return subprotocol == null
                ? openWith(path)
                : openWith(path, "sec-websocket-protocol: " + subprotocol);
    }

    /**
     * @param more fields of the request, such as {@code origin: https://example.com}
     */
    public TestSocket openWith(String path, String... more) throws IOException {
        HttpFields.Mutable headers = HttpFields.build().put("sec-websocket-version", "13");
        for (String field : more) {
            int colon = field.indexOf(':');
            headers.add(field.substring(0, colon), field.substring(colon + 1).strip());
        }
        MetaData.ConnectRequest request =
                new MetaData.ConnectRequest(
                        HttpScheme.HTTP,
                        new HostPortHttpField(server.getAuthority()),
                        path,
                        headers,
                        "websocket");
        Tunnel tunnel = new Tunnel();
        tunnel.stream = get(session.newStream(new HeadersFrame(request, null, false), tunnel));
        MetaData.Response answer = get(tunnel.answer);
        if (answer.getStatus() != 200) {
            throw new TestSocket.Refused(
                    answer.getStatus(), answer.getHttpFields().get("www-authenticate"));
        }
        return tunnel;
    }

    @Override
    public void close() {
        LifeCycle.stop(client);
    }

    private static <T> T get(CompletableFuture<T> future) throws IOException {
        try {
            return future.get(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(e);
        }
    }

    private static final class Tunnel extends TestSocket implements Stream.Listener {
        private final CompletableFuture<MetaData.Response> answer = new CompletableFuture<>();
        private volatile Stream stream;

        /** Written by the test and by answers to control frames. Guarded by this object's own. */
        private CompletableFuture<?> lastWrite = CompletableFuture.completedFuture(null);

        private final Object writeLock = new Object();

        @Override
        public void onHeaders(Stream stream, HeadersFrame frame) {
            answer.complete((MetaData.Response) frame.getMetaData());
            stream.demand();
        }

        @Override
        public void onDataAvailable(Stream stream) {
            Stream.Data data = stream.readData();
            if (data == null) {
                stream.demand();
                return;
            }
            boolean last = data.frame().isEndStream();
            try {
                onBytes(data.frame().getByteBuffer());
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            } finally {
                data.release();
            }
            if (last) {
                onEnd();
            } else {
                stream.demand();
            }
        }

        @Override
        public void onReset(Stream stream, ResetFrame frame, Callback callback) {
            onEnd();
            callback.succeeded();
        }

        /** One write after the other: Jetty refuses a second one meanwhile. */
        @Override
        void send(byte[] bytes) {
            synchronized (writeLock) {
                lastWrite =
                        lastWrite
                                .exceptionally(e -> null)
                                .thenCompose(
                                        done ->
                                                stream.data(
                                                        new DataFrame(
                                                                stream.getId(),
                                                                ByteBuffer.wrap(bytes),
                                                                false)));
            }
        }

        @Override
        public void close() {
            stream.reset(
                    new ResetFrame(
                            stream.getId(),
                            org.eclipse.jetty.http2.ErrorCode.CANCEL_STREAM_ERROR.code),
                    Callback.NOOP);
        }
    }
}
