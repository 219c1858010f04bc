package io.highwater.wire.jetty;

import org.eclipse.jetty.http2.HTTP2Stream;
import org.eclipse.jetty.http2.server.internal.HTTP2ServerConnection;
import org.eclipse.jetty.http2.server.internal.HttpStreamOverHTTP2;
import org.eclipse.jetty.server.HttpChannel;

/** A request's view of its stream, which gives its place free when it is over. */
final class RequestStream extends HttpStreamOverHTTP2 {
    private final RequestPlace place;

    RequestStream(
            HTTP2ServerConnection connection,
            HttpChannel channel,
            HTTP2Stream stream,
            RequestPlace place) {
        super(connection, channel, stream);
        this.place = place;
    }

    void onStreamClosed() {
        place.onStreamClosed();
    }

    /** Answered; of an opening handshake, the stream is a WebSocket now. */
    @Override
    public void succeeded() {
        try {
            super.succeeded();
        } finally {
            place.free();
        }
    }

    @Override
    public void failed(Throwable cause) {
        try {
            super.failed(cause);
        } finally {
            place.free();
        }
    }
}
