package io.highwater.wire.jetty.h2;

import io.highwater.handshake.UpgradeRequest;
import io.highwater.time.TimerWheel;
import io.highwater.wire.Transport;
import io.highwater.wire.TransportKind;
import io.highwater.wire.jetty.JettyTransport;
import io.highwater.wire.jetty.JettyUpgrade;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.TunnelSupport;
import org.eclipse.jetty.util.Callback;

/** Extended CONNECT over HTTP/2 (RFC 8441). Thread-safe. */
public final class StreamUpgrade implements JettyUpgrade {
    private final TimerWheel wheel;

    /**
     * @param wheel fires the deadlines of streams whose clients do not end them
     */
    public StreamUpgrade(TimerWheel wheel) {
        this.wheel = wheel;
    }

    @Override
    public UpgradeRequest.Kind kind() {
        return UpgradeRequest.Kind.EXTENDED_CONNECT;
    }

    @Override
    public boolean isOpening(Request request) {
        if (!HttpMethod.CONNECT.is(request.getMethod())) {
            return false;
        }
        TunnelSupport tunnel = request.getTunnelSupport();
        return tunnel != null && "websocket".equals(tunnel.getProtocol());
    }

    @Override
    public JettyTransport transport(
            Request request, Function<Transport, ? extends Transport.Events> wire) {
        return new StreamTransport(
                request.getTunnelSupport().getEndPoint(),
                request.getConnectionMetaData().isSecure() ? TransportKind.H2 : TransportKind.H2C,
                wheel,
                wire);
    }

    /**
     * Answers without a last write: a last write would make Jetty add "content-length: 0" to the
     * 200, which RFC 9110 section 9.3.6 forbids and strict clients refuse.
     */
    @Override
    public void answer(Response response, Callback callback) {
        response.setStatus(HttpStatus.OK_200);
        response.write(false, null, callback);
    }
}
