package io.highwater.server;

import io.highwater.time.Ticker;
import io.highwater.wire.jetty.h2.BatchedHttp2;
import io.highwater.wire.jetty.h2.StreamBursts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * The data ports: HTTP/1.1 and h2c on one, the same over TLS on the other. Requests go to the
 * upgrade handler first; it passes all others on to the web page's folder.
 *
 * <p>One thread calls {@link #checkPorts}, {@link #start}, {@link #stopAccepting} and {@link
 * #close}, in this order.
 */
public final class HttpServer implements AutoCloseable {
    /** What plain requests get. */
    public enum Pages {
        /** The demonstration page, src/main/webapp. */
        DEMO,
        NONE
    }

    /** The build copies src/main/webapp to this place. */
    private static final String WEBAPP = "io/highwater/webapp";

    /**
     * Refuses paths that two readers could interpret differently: encoded separators, dot segments
     * with parameters, empty segments, bad UTF-8. A percent sign is allowed: it is decoded once.
     */
    private static final UriCompliance PATHS =
            UriCompliance.RFC3986.with(
                    "highwater", UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING);

    private static final long LEAST_SPARE_BYTES = 2 << 20;
    private static final int SPARE_HEAP_PARTS = 128;
    private static final int SPARE_DIRECT_PARTS = 16;

    private final Server server;
    private final ServerConnector plain;
    private final @Nullable ServerConnector tls;

    /**
     * @param upgrade takes the WebSocket handshakes; this class sets the handler that gets all
     *     other requests
     * @param edge limits connections and requests
     * @param bursts when the WebSockets of an HTTP/2 connection write together
     * @param pages what plain requests get
     * @throws IllegalArgumentException if the keystore can't be used; names its key
     */
    public HttpServer(
            ServerSettings settings,
            Handler.Singleton upgrade,
            Edge edge,
            Ticker ticker,
            StreamBursts bursts,
            Pages pages) {
        this(
                settings,
                upgrade,
                edge,
                ticker,
                bursts,
                new StaticPages(
                        HttpServer.class.getClassLoader(), pages == Pages.DEMO ? WEBAPP : null));
    }

    HttpServer(
            ServerSettings settings,
            Handler.Singleton upgrade,
            Edge edge,
            Ticker ticker,
            StreamBursts bursts,
            Handler otherwise) {
        BatchedHttp2 http2 =
                new BatchedHttp2(bursts, edge.http2(ticker, edge.settings().requestTimeout()));
        server = new Server(threads(), null, buffers(Runtime.getRuntime().maxMemory()));
        server.setErrorHandler(new ErrorPage(ErrorPage.Format.TEXT));
        upgrade.setHandler(new PlainRequests(edge, new OffSelector(edge, otherwise)));
        server.setHandler(upgrade);
        plain = connector(settings, settings.port(), edge, plainProtocols(edge, http2));
        server.addConnector(plain);
        ServerSettings.Keystore keystore = settings.keystore();
        tls =
                keystore == null
                        ? null
                        : connector(
                                settings,
                                settings.tlsPort(),
                                edge,
                                tlsProtocols(keystore, edge, http2));
        if (tls != null) {
            server.addConnector(tls);
        }
    }

    /**
     * Checks whether {@link #start} could open its ports now. Does not stay listening.
     *
     * @throws ListenException if a port is in use or not allowed
     */
    public void checkPorts() throws ListenException {
        ListenException.check(plain, "highwater.port");
        if (tls != null) {
            ListenException.check(tls, "highwater.tls.port");
        }
    }

    /**
     * Listens and serves.
     *
     * @throws ListenException if a port is in use or not allowed; nothing runs then
     */
    public void start() throws IOException {
        try {
            ListenException.open(plain, "highwater.port");
            if (tls != null) {
                ListenException.open(tls, "highwater.tls.port");
            }
            server.start();
        } catch (Exception e) {
            close();
            if (e instanceof IOException io) {
                throw io;
            }
            throw new IllegalStateException("the HTTP server did not start", e);
        }
    }

    /** The port in use, also if 0 was configured. */
    public int port() {
        return plain.getLocalPort();
    }

    /** The TLS port in use; empty if TLS is off. */
    public OptionalInt tlsPort() {
        return tls == null ? OptionalInt.empty() : OptionalInt.of(tls.getLocalPort());
    }

    /**
     * The first half of a drain: closes the listening sockets. Connections stay, with their
     * WebSockets. An HTTP/1.1 connection ends after its next answer; GOAWAY tells an HTTP/2 client
     * to open no more streams.
     */
    public void stopAccepting() {
        Connectors.stopAccepting(connectors());
    }

    /** Ends every connection and all threads. A second call does nothing. */
    @Override
    public void close() {
        connectors().forEach(ServerConnector::close);
        LifeCycle.stop(server);
    }

    private List<ServerConnector> connectors() {
        return tls == null ? List.of(plain) : List.of(plain, tls);
    }

    /**
     * The buffers that HTTP and TLS read into and write from. By default Jetty keeps spare ones of
     * up to an eighth of the heap, and as much again outside of it; it really has that much after
     * ten thousand TLS handshakes.
     */
    private static ByteBufferPool buffers(long heapBytes) {
        long heap = Math.max(LEAST_SPARE_BYTES, heapBytes / SPARE_HEAP_PARTS);
        long direct = Math.max(LEAST_SPARE_BYTES, heapBytes / SPARE_DIRECT_PARTS);
        return new ArrayByteBufferPool(0, -1, -1, Integer.MAX_VALUE, heap, direct);
    }

    private static QueuedThreadPool threads() {
        QueuedThreadPool threads = new QueuedThreadPool();
        threads.setName("highwater-http");
        Connectors.tune(threads);
        return threads;
    }

    private ServerConnector connector(
            ServerSettings settings, int port, Edge edge, List<ConnectionFactory> protocols) {
        SocketConnector connector =
                new SocketConnector(server, protocols.toArray(ConnectionFactory[]::new));
        connector.guard(edge);
        connector.setPort(port);
        connector.setIdleTimeout(settings.idleTimeout().toMillis());
        Connectors.tune(connector, settings.socketBufferBytes());
        return connector;
    }

    private static List<ConnectionFactory> plainProtocols(Edge edge, BatchedHttp2 http2) {
        HttpConfiguration http = http(edge);
        return List.of(new GuestHttpFactory(http, edge), new H2cFactory(http, http2));
    }

    private static List<ConnectionFactory> tlsProtocols(
            ServerSettings.Keystore keystore, Edge edge, BatchedHttp2 http2) {
        HttpConfiguration http = http(edge);
        // The server name of TLS is not compared with Host: the handshake rules decide which hosts
        // are ours (highwater.handshake.allowed-hosts), with or without TLS.
        http.addCustomizer(new SecureRequestCustomizer(false));
        GuestHttpFactory http1 = new GuestHttpFactory(http, edge);
        ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory();
        alpn.setDefaultProtocol(http1.getProtocol());
        List<ConnectionFactory> protocols = new ArrayList<>();
        protocols.add(new GuestTlsFactory(TlsContext.of(keystore), alpn.getProtocol(), edge));
        protocols.add(alpn);
        protocols.add(new H2Factory(http, http2));
        protocols.add(http1);
        return protocols;
    }

    static HttpConfiguration http(Edge edge) {
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendXPoweredBy(false);
        http.setSendDateHeader(false);
        http.setRequestHeaderSize(edge.settings().maxHeaderBytes());
        Connectors.tune(http);
        http.setUriCompliance(PATHS);
        return http;
    }
}
