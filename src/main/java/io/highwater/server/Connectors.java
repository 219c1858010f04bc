package io.highwater.server;

import io.highwater.wire.jetty.h2.BatchedHttp2;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import org.eclipse.jetty.http2.SessionContainer;
import org.eclipse.jetty.http2.server.AbstractHTTP2ServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.server.AbstractConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** What all data ports have in common, our own and those of a Jetty base. Stateless. */
final class Connectors {
    /**
     * New connections that may wait in the kernel: a reconnect storm comes faster than one thread
     * can accept. The kernel uses the lower of this and its own limit (net.core.somaxconn).
     */
    private static final int ACCEPT_QUEUE = 4_096;

    private Connectors() {}

    static void tune(ServerConnector connector, int socketBufferBytes) {
        connector.setAcceptQueueSize(ACCEPT_QUEUE);
        connector.setAcceptedSendBufferSize(socketBufferBytes);
        // 0 removes the idle timer from connections that are draining: on HTTP/2 it would end their
        // streams once GOAWAY is sent.
        connector.setShutdownIdleTimeout(0);
    }

    static void tune(HttpConfiguration http) {
        // A header field cache takes 106 KB per connection, from its second request on.
        http.setHeaderCacheSize(0);
    }

    static void tune(QueuedThreadPool threads) {
        if (VirtualThreads.areSupported()) {
            // For work that may block: our own pages and the handlers of applications. Fill
            // callbacks are non-blocking and stay on the selector.
            threads.setVirtualThreadsExecutor(VirtualThreads.getDefaultVirtualThreadsExecutor());
        }
    }

    /**
     * Replaces Jetty's TLS, HTTP/1.1 and HTTP/2 with our own, which have our deadlines, limits and
     * idle rules. Other protocols of a base stay.
     */
    static void replaceProtocols(ServerConnector connector, Edge edge, BatchedHttp2 http2) {
        if (connector instanceof SocketConnector ours) {
            ours.guard(edge);
        }
        List<ConnectionFactory> factories = new ArrayList<>();
        for (ConnectionFactory factory : new LinkedHashSet<>(connector.getConnectionFactories())) {
            if (factory instanceof HttpConfiguration.ConnectionFactory http) {
                tune(http.getHttpConfiguration());
            }
            factories.add(ours(factory, edge, http2));
        }
        String first = connector.getDefaultProtocol();
        connector.setConnectionFactories(factories);
        connector.setDefaultProtocol(first);
    }

    private static ConnectionFactory ours(
            ConnectionFactory factory, Edge edge, BatchedHttp2 http2) {
        if (factory instanceof HTTP2CServerConnectionFactory h2c) {
            return new H2cFactory(h2c.getHttpConfiguration(), http2);
        }
        if (factory instanceof AbstractHTTP2ServerConnectionFactory h2) {
            return new H2Factory(h2.getHttpConfiguration(), http2);
        }
        // Only Jetty's own classes: a base's subclass does more than ours would.
        if (factory.getClass() == HttpConnectionFactory.class) {
            return new GuestHttpFactory(
                    ((HttpConnectionFactory) factory).getHttpConfiguration(), edge);
        }
        if (factory.getClass() == SslConnectionFactory.class) {
            SslConnectionFactory tls = (SslConnectionFactory) factory;
            GuestTlsFactory guests =
                    new GuestTlsFactory(tls.getSslContextFactory(), tls.getNextProtocol(), edge);
            guests.setDirectBuffersForEncryption(tls.isDirectBuffersForEncryption());
            guests.setDirectBuffersForDecryption(tls.isDirectBuffersForDecryption());
            guests.setEnsureSecureRequestCustomizer(tls.isEnsureSecureRequestCustomizer());
            return guests;
        }
        return factory;
    }

    /** See {@link HttpServer#stopAccepting}. */
    static void stopAccepting(Collection<ServerConnector> connectors) {
        for (ServerConnector connector : connectors) {
            connector.shutdown();
            for (ConnectionFactory factory : connector.getConnectionFactories()) {
                if (factory instanceof AbstractConnectionFactory container) {
                    container.getBeans(SessionContainer.class).forEach(SessionContainer::shutdown);
                }
            }
        }
    }
}
