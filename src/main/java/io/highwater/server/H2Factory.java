package io.highwater.server;

import io.highwater.wire.jetty.h2.BatchedHttp2;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;

/** HTTP/2 over TLS, chosen by ALPN, with our limits. As thread-safe as Jetty's. */
final class H2Factory extends HTTP2ServerConnectionFactory {
    private final BatchedHttp2 http2;

    H2Factory(HttpConfiguration http, BatchedHttp2 http2) {
        super(http);
        this.http2 = http2;
        Http2Limits.apply(this);
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
        return configure(
                Http2Limits.slim(
                        http2.connection(
                                this,
                                connector,
                                endPoint,
                                newSessionListener(connector, endPoint))),
                connector,
                endPoint);
    }
}
