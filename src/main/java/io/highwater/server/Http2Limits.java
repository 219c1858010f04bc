package io.highwater.server;

import org.eclipse.jetty.http2.FlowControlStrategy;
import org.eclipse.jetty.http2.server.AbstractHTTP2ServerConnectionFactory;
import org.eclipse.jetty.http2.server.internal.HTTP2ServerConnection;

/** What one HTTP/2 connection may do, and why each number is what it is. */
final class Http2Limits {
    /**
     * WebSockets on one TCP connection. A browser opens a few; a gateway that carries other
     * people's sockets opens thousands, and Jetty's 128 would refuse them. The handshake rules
     * bound how fast they come and how many there are. Plain requests are 100 of them at most.
     */
    static final int MAX_CONCURRENT_STREAMS = 10_000;

    /**
     * Bytes a client may send on a stream before we have read them. This is the protocol's initial
     * value, and no smaller one is safe: a client may use it before it has seen our SETTINGS, and
     * Jetty would call that a flow-control error. It holds a message of the default limit.
     */
    static final int STREAM_WINDOW_BYTES = FlowControlStrategy.DEFAULT_WINDOW_SIZE;

    /**
     * The same for all streams of a connection together. Streams that are paused hold up to their
     * windows, and nothing of that is given back while they are; besides, Jetty gives back what was
     * read only when it comes to half of this window. Hence twice: streams that read never stall
     * for those that don't. It is 1.3 GB as a number, a permission and not a buffer; what is really
     * held is bounded by the streams that are admitted and don't read.
     */
    static final int SESSION_WINDOW_BYTES = 2 * MAX_CONCURRENT_STREAMS * STREAM_WINDOW_BYTES;

    private Http2Limits() {}

    static void apply(AbstractHTTP2ServerConnectionFactory factory) {
        factory.setConnectProtocolEnabled(true);
        factory.setMaxConcurrentStreams(MAX_CONCURRENT_STREAMS);
        factory.setInitialStreamRecvWindow(STREAM_WINDOW_BYTES);
        factory.setInitialSessionRecvWindow(SESSION_WINDOW_BYTES);
        // For clients that name a table size; slim() is for those that don't.
        factory.setMaxEncoderTableCapacity(0);
    }

    /** Takes off a new connection what costs memory as long as it lives. */
    static HTTP2ServerConnection slim(HTTP2ServerConnection connection) {
        // A stream that becomes a WebSocket would leave its HttpChannel behind for reuse: over
        // 500 bytes for each of them.
        connection.setRecycleHttpChannels(false);
        // Our answers are a status and a few short headers: a table of them saves nothing. The
        // client's table stays: its cookies repeat on each stream.
        connection.getSession().getGenerator().getHpackEncoder().setTableCapacity(0);
        return connection;
    }
}
