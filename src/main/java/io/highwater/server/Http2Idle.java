package io.highwater.server;

import org.eclipse.jetty.http2.HTTP2Stream;
import org.eclipse.jetty.http2.HTTP2StreamEndPoint;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;

/**
 * What Jetty's idle timers may end on HTTP/2: plain HTTP, not WebSockets. Their silence is the
 * keepalive's business, which may be off.
 */
final class Http2Idle {
    private Http2Idle() {}

    /** True where a quiet connection may go: it carries nothing. */
    static boolean mayClose(Session session) {
        return session.getStreams().isEmpty();
    }

    /** True for a stream that has become a WebSocket; its idle timer is off from now on. */
    static boolean isTunnel(Stream stream) {
        if (stream instanceof HTTP2Stream http2
                && http2.getAttachment() instanceof HTTP2StreamEndPoint) {
            http2.setIdleTimeout(-1);
            return true;
        }
        return false;
    }
}
