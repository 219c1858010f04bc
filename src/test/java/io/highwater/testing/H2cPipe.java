package io.highwater.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.http.HostPortHttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpScheme;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;

/**
 * One WebSocket stream on an h2c connection; those to one server share their connection. Flow
 * control credit is given back only for bytes that were read here. Confined to the test's thread.
 */
final class H2cPipe implements FrameClient.Pipe {
    static final int STREAM_WINDOW = 64 * 1024;

    private static final long TIMEOUT_SECONDS = 15;
    private static final Map<InetSocketAddress, Session> SESSIONS = new HashMap<>();
    private static HTTP2Client client;

    private final Stream stream;
    private final Semaphore news;
    private final AtomicReference<IOException> failure;
    private ByteBuffer rest = ByteBuffer.allocate(0);
    private boolean ended;

    private H2cPipe(Stream stream, Semaphore news, AtomicReference<IOException> failure) {
        this.stream = stream;
        this.news = news;
        this.failure = failure;
    }

    static FrameClient connect(URI server, String pathAndQuery, String... headers)
            throws IOException {
        Session session = session(new InetSocketAddress(server.getHost(), server.getPort()));
        HttpFields.Mutable fields = HttpFields.build().put("sec-websocket-version", "13");
        for (int i = 0; i < headers.length; i += 2) {
            fields.add(headers[i].toLowerCase(Locale.ROOT), headers[i + 1]);
        }
        MetaData.ConnectRequest request =
                new MetaData.ConnectRequest(
                        HttpScheme.HTTP,
                        new HostPortHttpField(server.getAuthority()),
                        pathAndQuery,
                        fields,
                        "websocket");
        Semaphore news = new Semaphore(0);
        AtomicReference<IOException> failure = new AtomicReference<>();
        CompletableFuture<MetaData.Response> response = new CompletableFuture<>();
        Stream stream =
                await(
                        session.newStream(
                                new HeadersFrame(request, null, false),
                                new Listener(news, failure, response)));
        MetaData.Response answer = await(response);
        Map<String, List<String>> answered = new HashMap<>();
        answer.getHttpFields()
                .forEach(
                        field ->
                                answered.computeIfAbsent(
                                                field.getLowerCaseName(),
                                                name -> new java.util.ArrayList<>())
                                        .add(field.getValue()));
        return new FrameClient(new H2cPipe(stream, news, failure), answer.getStatus(), answered);
    }

    private record Listener(
            Semaphore news,
            AtomicReference<IOException> failure,
            CompletableFuture<MetaData.Response> response)
            implements Stream.Listener {
        @Override
        public void onHeaders(Stream stream, HeadersFrame frame) {
            if (frame.getMetaData() instanceof MetaData.Response answer) {
                response.complete(answer);
            }
        }

        @Override
        public void onDataAvailable(Stream stream) {
            news.release();
        }

        @Override
        public void onReset(
                Stream stream, ResetFrame frame, org.eclipse.jetty.util.Callback callback) {
            IOException reset = new IOException("RST_STREAM " + frame.getError());
            failure.compareAndSet(null, reset);
            response.completeExceptionally(reset);
            news.release();
            callback.succeeded();
        }

        @Override
        public void onFailure(
                Stream stream,
                int error,
                String reason,
                Throwable cause,
                org.eclipse.jetty.util.Callback callback) {
            IOException failed = new IOException("stream failed: " + reason, cause);
            failure.compareAndSet(null, failed);
            response.completeExceptionally(failed);
            news.release();
            callback.succeeded();
        }
    }

    private static synchronized Session session(InetSocketAddress server) throws IOException {
        Session session = SESSIONS.get(server);
        if (session == null || session.isClosed()) {
            session = await(client().connect(server, new Session.Listener() {}));
            SESSIONS.put(server, session);
        }
        return session;
    }

    private static HTTP2Client client() throws IOException {
        if (client == null) {
            client = new HTTP2Client();
            client.setInitialStreamRecvWindow(STREAM_WINDOW);
            client.setInitialSessionRecvWindow(64 * 1024 * 1024);
            client.setStreamIdleTimeout(0);
            client.setIdleTimeout(0);
            try {
                client.start();
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
        return client;
    }

    private static <T> T await(CompletableFuture<T> future) throws IOException {
        try {
            return future.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (TimeoutException e) {
            throw new SocketTimeoutException("no answer");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public InputStream in() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                return fill() ? rest.get() & 0xFF : -1;
            }

            @Override
            public int read(byte[] to, int offset, int length) throws IOException {
                if (!fill()) {
                    return -1;
                }
                int count = Math.min(length, rest.remaining());
                rest.get(to, offset, count);
                return count;
            }
        };
    }

    private boolean fill() throws IOException {
        while (!rest.hasRemaining()) {
            if (ended) {
                return false;
            }
            Stream.Data data = stream.readData();
            if (data == null) {
                stream.demand();
                await();
                continue;
            }
            ByteBuffer bytes = data.frame().getByteBuffer();
            rest = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
            ended = data.frame().isEndStream();
            data.release();
        }
        return true;
    }

    private void await() throws IOException {
        try {
            if (!news.tryAcquire(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new SocketTimeoutException("nothing came");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        IOException failed = failure.get();
        if (failed != null) {
            throw failed;
        }
    }

    @Override
    public OutputStream out() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b});
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                await(
                        stream.data(
                                new DataFrame(
                                        stream.getId(),
                                        ByteBuffer.wrap(bytes, offset, length),
                                        false)));
            }
        };
    }

    @Override
    public void reset() {
        stream.reset(
                new ResetFrame(stream.getId(), ErrorCode.CANCEL_STREAM_ERROR.code),
                org.eclipse.jetty.util.Callback.NOOP);
    }

    @Override
    public void close() {
        if (!stream.isClosed()) {
            reset();
        }
    }
}
