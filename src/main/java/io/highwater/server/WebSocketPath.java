package io.highwater.server;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Answers an HTTP request for a path that is a WebSocket's: 426 (RFC 9110 section 15.5.22), or 405
 * on HTTP/2, which has no Upgrade. Stateless.
 */
final class WebSocketPath {
    private static final HttpField UPGRADE =
            new PreEncodedHttpField(HttpHeader.UPGRADE, "websocket");
    private static final HttpField CONNECTION =
            new PreEncodedHttpField(HttpHeader.CONNECTION, "Upgrade");

    private static final byte[] HINT =
            ("This is a WebSocket: open it with a WebSocket client (ws:// or wss://). If yours is"
                            + " one, a proxy on the way has removed its Upgrade and Connection"
                            + " headers.\n")
                    .getBytes(StandardCharsets.UTF_8);

    private static final byte[] HINT_HTTP2 =
            ("This is a WebSocket: open it with a WebSocket client (wss://), over HTTP/2 by"
                            + " Extended CONNECT (RFC 8441).\n")
                    .getBytes(StandardCharsets.UTF_8);

    private WebSocketPath() {}

    static void answer(Request request, Response response, Callback callback) {
        HttpFields.Mutable headers = response.getHeaders();
        boolean upgrades = request.getConnectionMetaData().getHttpVersion() != HttpVersion.HTTP_2;
        if (upgrades) {
            response.setStatus(HttpStatus.UPGRADE_REQUIRED_426);
            headers.add(UPGRADE).add(CONNECTION);
        } else {
            response.setStatus(HttpStatus.METHOD_NOT_ALLOWED_405);
            headers.put(HttpHeader.ALLOW, "CONNECT");
        }
        SecurityHeaders.put(headers, null);
        headers.put(HttpHeader.CACHE_CONTROL, "no-store");
        headers.put(HttpHeader.CONTENT_TYPE, "text/plain; charset=utf-8");
        response.write(true, ByteBuffer.wrap(upgrades ? HINT : HINT_HTTP2), callback);
    }
}
