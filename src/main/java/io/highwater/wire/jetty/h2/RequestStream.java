package io.highwater.wire.jetty.h2;

import io.highwater.wire.jetty.BadRequests;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.HTTP2Stream;
import org.eclipse.jetty.http2.HTTP2StreamEndPoint;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.server.internal.HttpStreamOverHTTP2;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.HttpChannel;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** A request's view of its stream, which frees the request's place at the end. */
final class RequestStream extends HttpStreamOverHTTP2 {
    private final BoundedConnection connection;
    private final HTTP2Stream stream;
    private final RequestPlace place;

    RequestStream(
            BoundedConnection connection,
            HttpChannel channel,
            HTTP2Stream stream,
            RequestPlace place) {
        super(connection, channel, stream);
        this.connection = connection;
        this.stream = stream;
        this.place = place;
    }

    void onStreamClosed() {
        place.onStreamClosed();
    }

    @Override
    public @Nullable Runnable onTrailer(HeadersFrame frame) {
        place.onTrailers(frame.getMetaData().getHttpFields());
        return super.onTrailer(frame);
    }

    @Override
    public void send(
            MetaData.Request request,
            MetaData.@Nullable Response response,
            boolean last,
            ByteBuffer content,
            Callback callback) {
        if (response != null
                && BadRequests.isBadPath(
                        connection.getHttpConfiguration(), request, response.getStatus())) {
            connection.onBadRequest(response.getStatus());
        }
        super.send(request, response, last, content, callback);
    }

    /** The request is answered. The stream of an opening handshake now becomes a WebSocket. */
    @Override
    public void succeeded() {
        place.free();
        super.succeeded();
        // A reset that another thread parses meanwhile reaches this stream, not the WebSocket.
        if (stream.isClosed() && stream.getAttachment() instanceof HTTP2StreamEndPoint endPoint) {
            endPoint.close(new EofException("reset"));
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
