package io.highwater.bench.jetty;

import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.websocket.jakarta.server.config.JakartaWebSocketServletContainerInitializer;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.io.RateControl;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * An echo at {@code /v1/echo} and rooms at {@code /v1/chat/{room}} on stock Jetty. What is changed
 * of its defaults only lets the load in: the accept queue, streams a connection, rate control.
 */
public final class JettyPeer {
    private static final int BACKLOG = 4096;
    private static final int MAX_STREAMS = 10_000;

    private JettyPeer() {}

    /** Prints one ready line and serves until killed. */
    public static void main(String[] args) throws Exception {
        Server server = new Server();
        HttpConfiguration http = new HttpConfiguration();
        HTTP2CServerConnectionFactory http2 = new HTTP2CServerConnectionFactory(http);
        http2.setMaxConcurrentStreams(MAX_STREAMS);
        http2.setRateControlFactory(new RateControl.Factory() {});
        ServerConnector connector =
                new ServerConnector(server, new HttpConnectionFactory(http), http2);
        connector.setHost("127.0.0.1");
        connector.setPort(0);
        connector.setAcceptQueueSize(BACKLOG);
        server.addConnector(connector);
        ServletContextHandler context = new ServletContextHandler("/");
        server.setHandler(context);
        JakartaWebSocketServletContainerInitializer.configure(
                context,
                (servlets, container) -> {
                    container.setDefaultMaxSessionIdleTimeout(0);
                    container.addEndpoint(EchoEndpoint.class);
                    container.addEndpoint(RoomEndpoint.class);
                });
        server.start();
        System.out.println("Jetty ready: http://127.0.0.1:" + connector.getLocalPort());
        server.join();
    }
}
