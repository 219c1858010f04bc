package io.highwater.wire.jetty.h2;

import io.highwater.limits.Payer;
import org.eclipse.jetty.http2.SessionContainer;
import org.eclipse.jetty.http2.api.server.ServerSessionListener;
import org.eclipse.jetty.http2.server.AbstractHTTP2ServerConnectionFactory;
import org.eclipse.jetty.http2.server.internal.HTTP2ServerConnection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;

/**
 * Makes HTTP/2 connections that have bounds and whose WebSockets share writes. Immutable;
 * thread-safe.
 *
 * <p>WebSockets also work over any other Jetty connection, such as those of a Jetty base; each of
 * their writes is then a write of the TCP connection.
 */
public final class BatchedHttp2 {
    private final StreamBursts bursts;
    private final Http2Bounds bounds;

    /**
     * @param bursts decides when writes wait for each other
     * @param bounds the bounds of all connections of the node
     */
    public BatchedHttp2(StreamBursts bursts, Http2Bounds bounds) {
        this.bursts = bursts;
        this.bounds = bounds;
    }

    /**
     * Makes what {@link AbstractHTTP2ServerConnectionFactory#newConnection} of Jetty 12.1 makes,
     * with a session of ours; the factory must still configure it.
     */
    public HTTP2ServerConnection connection(
            AbstractHTTP2ServerConnectionFactory factory,
            Connector connector,
            EndPoint endPoint,
            ServerSessionListener listener) {
        Payer payer = bounds.payer(endPoint.getRemoteSocketAddress());
        EventBudget budget = new EventBudget(payer, bounds);
        BatchingSession session = session(factory, connector, endPoint, listener, payer, budget);
        BoundedConnection connection =
                new BoundedConnection(
                        connector,
                        endPoint,
                        factory.getHttpConfiguration(),
                        session,
                        listener,
                        budget);
        connection.setUseInputDirectByteBuffers(factory.isUseInputDirectByteBuffers());
        connection.setUseOutputDirectByteBuffers(factory.isUseOutputDirectByteBuffers());
        connection.addEventListener(factory.getBean(SessionContainer.class));
        factory.getEventListeners().forEach(session::addEventListener);
        ((Http2Parser) session.getParser()).init(connection);
        return connection;
    }

    private BatchingSession session(
            AbstractHTTP2ServerConnectionFactory factory,
            Connector connector,
            EndPoint endPoint,
            ServerSessionListener listener,
            Payer payer,
            EventBudget budget) {
        Http2Parser parser =
                new Http2Parser(
                        connector.getByteBufferPool(),
                        factory.getHttpConfiguration().getRequestHeaderSize(),
                        budget,
                        bounds);
        parser.setMaxSettingsKeys(factory.getMaxSettingsKeys());
        BatchGenerator generator =
                new BatchGenerator(
                        connector.getByteBufferPool(),
                        factory.isUseOutputDirectByteBuffers(),
                        factory.getMaxHeaderBlockFragment(),
                        budget);
        int maxHeaderBytes = factory.getHttpConfiguration().getMaxResponseHeaderSize();
        generator
                .getHpackEncoder()
                .setMaxHeaderListSize(
                        maxHeaderBytes < 0
                                ? factory.getHttpConfiguration().getResponseHeaderSize()
                                : maxHeaderBytes);
        BatchingSession session =
                new BatchingSession(
                        connector.getScheduler(),
                        endPoint,
                        parser,
                        generator,
                        listener,
                        bursts,
                        bounds,
                        payer,
                        budget);
        session.setMaxLocalStreams(factory.getMaxConcurrentStreams());
        session.setMaxRemoteStreams(factory.getMaxConcurrentStreams());
        session.setMaxEncoderTableCapacity(factory.getMaxEncoderTableCapacity());
        session.setStreamIdleTimeout(
                factory.getStreamIdleTimeout() == 0
                        ? endPoint.getIdleTimeout()
                        : factory.getStreamIdleTimeout());
        session.setInitialSessionRecvWindow(factory.getInitialSessionRecvWindow());
        session.setWriteThreshold(factory.getHttpConfiguration().getOutputBufferSize());
        session.setConnectProtocolEnabled(factory.isConnectProtocolEnabled());
        return session;
    }
}
