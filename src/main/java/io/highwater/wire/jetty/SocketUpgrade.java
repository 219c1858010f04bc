package io.highwater.wire.jetty;

import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.wire.Transport;
import io.highwater.wire.TransportKind;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Upgrade over HTTP/1.1 (RFC 6455 section 4). Stateless. */
public final class SocketUpgrade implements JettyUpgrade {
    /** The body would be read as frames, or the frames as a missing body. */
    private static final UpgradeDecision.Rejected HAS_BODY =
            UpgradeDecision.Rejected.of(400, "body", "An opening handshake has no body.");

    @Override
    public UpgradeRequest.Kind kind() {
        return UpgradeRequest.Kind.UPGRADE;
    }

    @Override
    public boolean isOpening(Request request) {
        return HttpMethod.GET.is(request.getMethod())
                && request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_1
                && request.getHeaders().contains(HttpHeader.UPGRADE, "websocket")
                && request.getHeaders().contains(HttpHeader.CONNECTION, "upgrade");
    }

    @Override
    public UpgradeDecision.@Nullable Rejected fault(Request request) {
        HttpFields headers = request.getHeaders();
        boolean hasBody =
                headers.contains(HttpHeader.TRANSFER_ENCODING)
                        || headers.getLongField(HttpHeader.CONTENT_LENGTH) > 0;
        return hasBody ? HAS_BODY : null;
    }

    @Override
    public JettyTransport transport(
            Request request, Function<Transport, ? extends Transport.Events> wire) {
        ConnectionMetaData connection = request.getConnectionMetaData();
        return new SocketTransport(
                connection.getConnection().getEndPoint(),
                connection.isSecure() ? TransportKind.HTTP1_TLS : TransportKind.HTTP1,
                wire);
    }

    @Override
    public void answer(Response response, Callback callback) {
        response.setStatus(HttpStatus.SWITCHING_PROTOCOLS_101);
        response.write(true, null, callback);
    }
}
