package io.highwater.server;

import io.highwater.time.Ticker;
import org.eclipse.jetty.http2.FlowControlStrategy;
import org.eclipse.jetty.http2.server.AbstractHTTP2ServerConnectionFactory;
import org.eclipse.jetty.http2.server.internal.HTTP2ServerConnection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.RateControl;

/** What one HTTP/2 connection may do, and why each number is what it is. */
final class Http2Limits {
    /**
     * WebSockets on one TCP connection. A browser opens a few; a gateway that carries other
     * people's sockets opens thousands, and Jetty's 128 would refuse them. The handshake rules
     * bound how fast they come and how many there are.
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

    /**
     * Odd frames (see {@link EventBudget}) at once. When all sockets of a connection close in one
     * moment, each may cost up to three: our RST_STREAM, the client's, and DATA that crossed them.
     * With Jetty's 128 a second the 129th took its siblings down with ENHANCE_YOUR_CALM.
     */
    static final int EVENT_BURST = 3 * MAX_CONCURRENT_STREAMS;

    /**
     * Odd frames a second in the long run: three for each of the 200 streams a second that the
     * handshake rules admit, and room for pings. A client that opens and resets streams for ever is
     * stopped here.
     */
    static final int EVENTS_PER_SECOND = 1_000;

    private Http2Limits() {}

    static void apply(AbstractHTTP2ServerConnectionFactory factory, Ticker ticker) {
        factory.setConnectProtocolEnabled(true);
        factory.setMaxConcurrentStreams(MAX_CONCURRENT_STREAMS);
        factory.setInitialStreamRecvWindow(STREAM_WINDOW_BYTES);
        factory.setInitialSessionRecvWindow(SESSION_WINDOW_BYTES);
        factory.setRateControlFactory(
                new RateControl.Factory() {
                    @Override
                    public EventBudget newRateControl(EndPoint endPoint) {
                        return new EventBudget(ticker, EVENT_BURST, EVENTS_PER_SECOND);
                    }
                });
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
