package io.highwater.server;

import javax.net.ssl.SSLEngine;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** TLS with our deadline, in the account. Thread-safe as Jetty's. */
final class GuestTlsFactory extends SslConnectionFactory {
    private final Edge edge;

    GuestTlsFactory(SslContextFactory.Server tls, String next, Edge edge) {
        super(tls, next);
        this.edge = edge;
    }

    @Override
    protected SslConnection newSslConnection(
            Connector connector, EndPoint endPoint, SSLEngine engine) {
        return new GuestTls(connector, getSslContextFactory(), endPoint, engine, this, edge);
    }
}
