package io.highwater.server;

import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;

/** HTTP/1.1 with our deadlines and accounts. As thread-safe as Jetty's. */
final class GuestHttpFactory extends HttpConnectionFactory {
    private final Edge edge;

    GuestHttpFactory(HttpConfiguration http, Edge edge) {
        super(http);
        this.edge = edge;
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
        GuestHttp connection = new GuestHttp(getHttpConfiguration(), connector, endPoint, edge);
        connection.setTransferEncodingChunkMaxLength(getTransferEncodingChunkMaxLength());
        return configure(connection, connector, endPoint);
    }
}
