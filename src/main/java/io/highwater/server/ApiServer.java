package io.highwater.server;

import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Payer;
import io.highwater.publish.http.ApiRequest;
import io.highwater.publish.http.ApiResponse;
import io.highwater.publish.http.HttpApi;
import io.highwater.publish.http.HttpApi.Admitted;
import io.highwater.publish.http.HttpApi.Refused;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * The port of the HTTP API: {@link HttpApi} over HTTP/1.1, with TLS if the data port has it. No
 * thread waits for a body or an answer. Started and closed by one thread.
 */
public final class ApiServer implements AutoCloseable {
    private static final String KEY = "highwater.api.port";

    /** An acceptor, a selector, and those that answer. */
    private static final int THREADS = 8;

    private final Server server;
    private final SocketConnector connector;

    /**
     * @param settings of the data ports: the certificate, and the limits of a connection
     * @param edge limits connections and requests
     */
    public ApiServer(int port, ServerSettings settings, HttpApi api, Edge edge) {
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, 1);
        threads.setName("highwater-api");
        server = new Server(threads);
        server.setErrorHandler(new ErrorPage(ErrorPage.Format.PROBLEM));
        server.setHandler(new PlainRequests(edge, new ApiHandler(api, edge)));
        HttpConfiguration http = HttpServer.http(edge);
        // The API reads the path as it came: a channel's name may contain a slash.
        http.setUriCompliance(
                UriCompliance.RFC3986.with(
                        "highwater-api",
                        UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR,
                        UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING));
        connector =
                new SocketConnector(
                        server,
                        protocols(settings.keystore(), http, edge)
                                .toArray(ConnectionFactory[]::new));
        connector.guard(edge);
        connector.setPort(port);
        connector.setIdleTimeout(settings.idleTimeout().toMillis());
        Connectors.tune(connector, settings.socketBufferBytes());
        server.addConnector(connector);
    }

    private static List<ConnectionFactory> protocols(
            ServerSettings.@Nullable Keystore keystore, HttpConfiguration http, Edge edge) {
        GuestHttpFactory http1 = new GuestHttpFactory(http, edge);
        if (keystore == null) {
            return List.of(http1);
        }
        http.addCustomizer(new SecureRequestCustomizer(false));
        return List.of(
                new GuestTlsFactory(TlsContext.of(keystore), http1.getProtocol(), edge), http1);
    }

    /**
     * Checks whether {@link #start} could open its port now. Does not stay listening.
     *
     * @throws ListenException if the port is in use or not allowed
     */
    public void checkPort() throws ListenException {
        ListenException.check(connector, KEY);
    }

    /**
     * @throws ListenException if the port is in use or not allowed; nothing runs then
     */
    public void start() throws IOException {
        try {
            ListenException.open(connector, KEY);
            server.start();
        } catch (Exception e) {
            close();
            if (e instanceof IOException io) {
                throw io;
            }
            throw new IllegalStateException("the API's server did not start", e);
        }
    }

    /** The port in use, also if 0 was configured. */
    public int port() {
        return connector.getLocalPort();
    }

    /** A second call does nothing. */
    @Override
    public void close() {
        connector.close();
        LifeCycle.stop(server);
    }

    private static final class ApiHandler extends Handler.Abstract.NonBlocking {
        private final HttpApi api;
        private final Edge edge;

        ApiHandler(HttpApi api, Edge edge) {
            this.api = api;
            this.edge = edge;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            HttpApi.Admission admission = api.admit(new JettyApiRequest(request));
            if (admission instanceof Refused refused) {
                if (request.getLength() != 0) {
                    // Its body is not read.
                    response.getHeaders()
                            .put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE.asString());
                }
                write(response, callback, refused.answer());
                return true;
            }
            Admitted admitted = (Admitted) admission;
            if (admitted.hasBody()) {
                Payer payer =
                        edge.payer(request.getConnectionMetaData().getConnection().getEndPoint());
                new Body(
                                api,
                                admitted,
                                request,
                                response,
                                callback,
                                edge.ledger().book(Account.HTTP),
                                payer)
                        .run();
            } else {
                admitted.answer(new byte[0])
                        .whenComplete(
                                (answer, never) -> {
                                    admitted.close();
                                    write(response, callback, answer);
                                });
            }
            return true;
        }
    }

    private static void write(Response response, Callback callback, ApiResponse answer) {
        HttpFields.Mutable headers = response.getHeaders();
        response.setStatus(answer.status());
        answer.headers().forEach(headers::put);
        headers.put(HttpHeader.CONTENT_TYPE, answer.contentType());
        headers.put(HttpHeader.CONTENT_LENGTH, answer.body().remaining());
        headers.put(HttpHeader.CACHE_CONTROL, "no-store");
        SecurityHeaders.put(headers, null);
        response.write(true, answer.body().duplicate(), callback);
    }

    /** Reads a body, which is charged until it is answered. Confined to the request's callbacks. */
    private static final class Body implements Runnable {
        private static final int FIRST_BYTES = 4 << 10;

        private final HttpApi api;
        private final Admitted admitted;
        private final Request request;
        private final Response response;
        private final Callback callback;
        private final Book book;
        private final Payer payer;
        private final AtomicBoolean ended = new AtomicBoolean();
        private byte[] bytes = new byte[0];
        private int size;

        Body(
                HttpApi api,
                Admitted admitted,
                Request request,
                Response response,
                Callback callback,
                Book book,
                Payer payer) {
            this.api = api;
            this.admitted = admitted;
            this.request = request;
            this.response = response;
            this.callback = callback;
            this.book = book;
            this.payer = payer;
        }

        @Override
        public void run() {
            if (request.getLength() > api.mostBytes()) {
                refuse(ApiResponse.tooLarge(api.mostBytes()));
                return;
            }
            while (true) {
                Content.Chunk chunk = request.read();
                if (chunk == null) {
                    request.demand(this);
                    return;
                }
                if (Content.Chunk.isFailure(chunk)) {
                    end();
                    callback.failed(chunk.getFailure());
                    return;
                }
                boolean fits = take(chunk);
                boolean last = chunk.isLast();
                chunk.release();
                if (!fits) {
                    return;
                } else if (last) {
                    answer();
                    return;
                }
            }
        }

        private boolean take(Content.Chunk chunk) {
            int more = chunk.remaining();
            if (size + more > api.mostBytes()) {
                refuse(ApiResponse.tooLarge(api.mostBytes()));
                return false;
            }
            if (size + more > bytes.length && !grow(size + more)) {
                refuse(ApiResponse.noRoom());
                return false;
            }
            chunk.get(bytes, size, more);
            size += more;
            return true;
        }

        private boolean grow(int least) {
            int known = (int) Math.max(FIRST_BYTES, request.getLength());
            int length = Math.max(least, bytes.length == 0 ? known : 2 * bytes.length);
            int added = length - bytes.length;
            boolean tooMuchOfAddress =
                    !payer.isProxy()
                            && payer.bytes(Account.HTTP) + added > book.mostBytesOfAddress();
            if (tooMuchOfAddress || book.bytes() + added > book.mostBytes()) {
                return false;
            }
            book.add(payer, added);
            bytes = Arrays.copyOf(bytes, length);
            return true;
        }

        private void answer() {
            byte[] body = size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
            admitted.answer(body)
                    .whenComplete(
                            (answer, never) -> {
                                end();
                                write(response, callback, answer);
                            });
        }

        private void refuse(ApiResponse answer) {
            end();
            response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE.asString());
            write(response, callback, answer);
        }

        private void end() {
            if (ended.compareAndSet(false, true)) {
                book.add(payer, -bytes.length);
                admitted.close();
            }
        }
    }

    private record JettyApiRequest(Request request) implements ApiRequest {
        @Override
        public String method() {
            return request.getMethod();
        }

        @Override
        public String path() {
            String path = request.getHttpURI().getPath();
            return path == null ? "" : path;
        }

        @Override
        public String query() {
            String query = request.getHttpURI().getQuery();
            return query == null ? "" : query;
        }

        @Override
        public @Nullable String header(String name) {
            return request.getHeaders().get(name);
        }
    }
}
