package io.highwater.server;

import io.highwater.admin.AdminApi;
import io.highwater.admin.AdminRequest;
import io.highwater.admin.AdminResponse;
import io.highwater.admin.AdminSettings;
import io.highwater.log.LogLimit;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The admin port: {@link AdminApi} on a small HTTP/1.1 server with a few threads of its own, so
 * that it answers even when the data ports are overloaded. Started and closed by one thread.
 */
public final class AdminServer implements AutoCloseable {
    /** The acceptor and the selector take two; the rest answer requests. */
    private static final int THREADS = 8;

    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(10);

    private final Server server;
    private final ServerConnector connector;

    public AdminServer(AdminSettings settings, AdminApi api) {
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, 1);
        threads.setName("highwater-admin");
        server = new Server(threads);
        server.setErrorHandler(new ErrorPage(ErrorPage.Format.JSON));
        server.setHandler(new AdminHandler(api));
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendDateHeader(false);
        connector =
                new ServerConnector(server, 1, 1, new SerialHttp.Factory(http, LogLimit.none()));
        connector.setHost(settings.host());
        connector.setPort(settings.port());
        connector.setIdleTimeout(IDLE_TIMEOUT.toMillis());
        server.addConnector(connector);
    }

    /**
     * Checks whether {@link #start} could open its port now. Does not stay listening.
     *
     * @throws ListenException if the port is in use or not allowed
     */
    public void checkPort() throws ListenException {
        ListenException.check(connector, "highwater.admin.port");
    }

    /**
     * @throws ListenException if the port is in use or not allowed; nothing runs then
     */
    public void start() throws IOException {
        try {
            ListenException.open(connector, "highwater.admin.port");
            server.start();
        } catch (Exception e) {
            close();
            if (e instanceof IOException io) {
                throw io;
            }
            throw new IllegalStateException("the admin server did not start", e);
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

    private static final class AdminHandler extends Handler.Abstract {
        private final AdminApi api;

        AdminHandler(AdminApi api) {
            this.api = api;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            AdminResponse answer = api.handle(new JettyAdminRequest(request));
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            response.setStatus(answer.status());
            HttpFields.Mutable headers = response.getHeaders();
            answer.headers().forEach(headers::put);
            headers.put(HttpHeader.CONTENT_TYPE, answer.contentType());
            headers.put(HttpHeader.CONTENT_LENGTH, body.length);
            headers.put(HttpHeader.CACHE_CONTROL, "no-store");
            SecurityHeaders.put(headers, null);
            response.write(true, ByteBuffer.wrap(body), callback);
            return true;
        }
    }

    private record JettyAdminRequest(Request request) implements AdminRequest {
        @Override
        public String method() {
            return request.getMethod();
        }

        @Override
        public String path() {
            String path = Request.getPathInContext(request);
            return path == null ? "" : path;
        }

        @Override
        public String query() {
            String query = request.getHttpURI().getQuery();
            return query == null ? "" : query;
        }

        @Override
        public List<String> headers(String name) {
            return request.getHeaders().getValuesList(name);
        }

        @Override
        public boolean isFromLoopback() {
            return isLoopback(request.getConnectionMetaData().getRemoteSocketAddress())
                    && isLoopback(request.getConnectionMetaData().getLocalSocketAddress());
        }

        private static boolean isLoopback(SocketAddress address) {
            return address instanceof InetSocketAddress inet
                    && inet.getAddress() != null
                    && inet.getAddress().isLoopbackAddress();
        }
    }
}
