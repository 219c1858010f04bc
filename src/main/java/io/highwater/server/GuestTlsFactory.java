package io.highwater.server;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** TLS with our deadline and account. As thread-safe as Jetty's. */
final class GuestTlsFactory extends SslConnectionFactory {
    private static final long HEAP_BYTES_PER_SESSION = 256 << 10;

    private final Edge edge;

    GuestTlsFactory(SslContextFactory.Server tls, String next, Edge edge) {
        super(tls, next);
        this.edge = edge;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        SSLSessionContext sessions =
                getSslContextFactory().getSslContext().getServerSessionContext();
        int most = mostSessions(Runtime.getRuntime().maxMemory());
        // 0 means no limit.
        if (sessions.getSessionCacheSize() == 0 || sessions.getSessionCacheSize() > most) {
            sessions.setSessionCacheSize(most);
        }
    }

    /**
     * TLS sessions that the JDK keeps so that clients of TLS 1.2 may resume them, a few KB each:
     * 1,024 for 256 MiB of heap. By default it keeps 20,480 for a day.
     */
    static int mostSessions(long heapBytes) {
        return (int) Math.max(1, Math.min(20_480, heapBytes / HEAP_BYTES_PER_SESSION));
    }

    @Override
    protected SslConnection newSslConnection(
            Connector connector, EndPoint endPoint, SSLEngine engine) {
        return new GuestTls(connector, getSslContextFactory(), endPoint, engine, this, edge);
    }
}
