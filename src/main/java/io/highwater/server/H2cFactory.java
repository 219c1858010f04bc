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

/** HTTP/2 without TLS, with prior knowledge only, with our limits. Thread-safe as Jetty's. */
final class H2cFactory extends HTTP2CServerConnectionFactory {
    private final BatchedHttp2 http2;

    H2cFactory(HttpConfiguration http, BatchedHttp2 http2) {
        super(http);
        this.http2 = http2;
        Http2Limits.apply(this);
    }

    /**
     * Takes the client preface and nothing else. {@code Upgrade: h2c} is gone from RFC 9113, and
     * behind a proxy that passes it on it is a tunnel past the proxy's rules: ignored, as if we had
     * never heard of it.
     */
    @Override
    @SuppressWarnings("NullAway") // Null is Jetty's word for "not upgraded".
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
