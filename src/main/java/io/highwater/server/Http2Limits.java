package io.highwater.server;

import org.eclipse.jetty.http2.FlowControlStrategy;
import org.eclipse.jetty.http2.server.AbstractHTTP2ServerConnectionFactory;
import org.eclipse.jetty.http2.server.internal.HTTP2ServerConnection;

/** The limits of one HTTP/2 connection, and the reason for each number. */
final class Http2Limits {
    /**
     * WebSockets on one TCP connection. A browser opens a few; a gateway that carries many users'
     * sockets opens thousands, and Jetty's 128 would refuse them. The handshake rules limit how
     * fast they come and how many there are. Plain requests may be at most 100 of these streams.
     */
    static final int MAX_CONCURRENT_STREAMS = 10_000;

    /**
     * Bytes that a client may send on a stream before we have read them. This is the protocol's
     * initial value, and no smaller one is safe: a client may use it before it has seen our
     * SETTINGS, and Jetty would treat that as a flow-control error. It holds a message of the
     * default limit.
     */
    static final int STREAM_WINDOW_BYTES = FlowControlStrategy.DEFAULT_WINDOW_SIZE;

    /**
     * The same for all streams of a connection together. Paused streams hold up to their windows,
     * and nothing of that is returned while they are paused; besides, Jetty returns what was read
     * only when it amounts to half of this window. Hence the factor of two: streams that read never
     * stall because of streams that don't. The result is 1.3 GB, but it is a permission and not a
     * buffer; what is really held is bounded by the admitted streams that don't read.
     */
    static final int SESSION_WINDOW_BYTES = 2 * MAX_CONCURRENT_STREAMS * STREAM_WINDOW_BYTES;

    private Http2Limits() {}

    static void apply(AbstractHTTP2ServerConnectionFactory factory) {
        factory.setConnectProtocolEnabled(true);
        factory.setMaxConcurrentStreams(MAX_CONCURRENT_STREAMS);
        factory.setInitialStreamRecvWindow(STREAM_WINDOW_BYTES);
        factory.setInitialSessionRecvWindow(SESSION_WINDOW_BYTES);
        // For clients that name a table size; slim() covers the others.
        factory.setMaxEncoderTableCapacity(0);
    }

    /** Removes from a new connection what would take memory for its whole life. */
    static HTTP2ServerConnection slim(HTTP2ServerConnection connection) {
        // A stream that becomes a WebSocket would leave its HttpChannel behind for reuse: over 500
        // bytes for each stream.
        connection.setRecycleHttpChannels(false);
        // Our answers are a status and a few short headers, so a table for them saves nothing. The
        // client's table stays: its cookies repeat on each stream.
        connection.getSession().getGenerator().getHpackEncoder().setTableCapacity(0);
        return connection;
    }
}
