package io.highwater.server;

import io.highwater.wire.jetty.h2.BatchedHttp2;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;

/** HTTP/2 without TLS, with prior knowledge only, with our limits. As thread-safe as Jetty's. */
final class H2cFactory extends HTTP2CServerConnectionFactory {
    private final BatchedHttp2 http2;

    H2cFactory(HttpConfiguration http, BatchedHttp2 http2) {
        super(http);
        this.http2 = http2;
        Http2Limits.apply(this);
    }

    /**
     * Accepts only the client preface. {@code Upgrade: h2c} was removed by RFC 9113, and behind a
     * proxy that passes it on it would be a tunnel past the proxy's rules. It is ignored like any
     * unknown protocol.
     */
    @Override
    @SuppressWarnings("NullAway") // Null means "not upgraded" to Jetty.
    public Connection upgradeConnection(
            Connector connector,
            EndPoint endPoint,
            MetaData.Request request,
            HttpFields.Mutable response) {
        return HttpMethod.PRI.is(request.getMethod())
                ? super.upgradeConnection(connector, endPoint, request, response)
                : null;
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
