package io.highwater.server;

import io.highwater.wire.jetty.BatchedHttp2;
import io.highwater.wire.jetty.Http2Bounds;
import io.highwater.wire.jetty.StreamBursts;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.api.server.ServerSessionListener;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.internal.HTTP2ServerConnection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.util.Promise;

/**
 * HTTP/2 without TLS, with prior knowledge only, with our limits and idle rules. The twin of {@link
 * H2Factory}.
 */
final class H2cFactory extends HTTP2CServerConnectionFactory {
    private final StreamBursts bursts;
    private final Http2Bounds bounds;

    H2cFactory(HttpConfiguration http, StreamBursts bursts, Http2Bounds bounds) {
        super(http);
        this.bursts = bursts;
        this.bounds = bounds;
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
        ServerSessionListener listener = newSessionListener(connector, endPoint);
        HTTP2ServerConnection connection =
                BatchedHttp2.connection(this, connector, endPoint, listener, bursts, bounds);
        return configure(Http2Limits.slim(connection), connector, endPoint);
    }

    @Override
    protected ServerSessionListener newSessionListener(Connector connector, EndPoint endPoint) {
        return new HTTPServerSessionListener(endPoint) {
            @Override
            public boolean onIdleTimeout(Session session) {
                return Http2Idle.mayClose(session);
            }

            @Override
            public void onIdleTimeout(Stream stream, TimeoutException x, Promise<Boolean> promise) {
                if (Http2Idle.isTunnel(stream)) {
                    promise.succeeded(false);
                } else {
                    super.onIdleTimeout(stream, x, promise);
                }
            }
        };
    }
}
