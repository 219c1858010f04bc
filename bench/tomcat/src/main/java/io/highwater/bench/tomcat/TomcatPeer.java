package io.highwater.bench.tomcat;

import java.io.File;
import java.nio.file.Files;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.websocket.server.WsContextListener;
import org.apache.tomcat.websocket.server.WsSci;

/** An echo at {@code /v1/echo} and rooms at {@code /v1/chat/{room}} on embedded Tomcat. */
public final class TomcatPeer {
    private TomcatPeer() {}

    /** Prints one ready line and serves until killed. */
    public static void main(String[] args) throws Exception {
        File folder = Files.createTempDirectory("highwater-bench-tomcat").toFile();
        folder.deleteOnExit();
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(folder.getPath());
        tomcat.setSilent(true);
        Connector connector = new Connector();
        connector.setPort(0);
        connector.setProperty("address", "127.0.0.1");
        // The NIO connector stops accepting at 8,192 by default.
        connector.setProperty("maxConnections", "-1");
        connector.setProperty("acceptCount", "4096");
        tomcat.setConnector(connector);
        Context context = tomcat.addContext("", folder.getPath());
        Tomcat.addServlet(context, "default", "org.apache.catalina.servlets.DefaultServlet");
        context.addServletMappingDecoded("/", "default");
        context.addServletContainerInitializer(
                new WsSci(), java.util.Set.of(EchoEndpoint.class, RoomEndpoint.class));
        context.addApplicationListener(WsContextListener.class.getName());
        start(tomcat);
        System.out.println("Tomcat ready: http://127.0.0.1:" + connector.getLocalPort());
        tomcat.getServer().await();
    }

    private static void start(Tomcat tomcat) throws LifecycleException {
        java.util.logging.Logger.getLogger("org.apache").setLevel(java.util.logging.Level.WARNING);
        tomcat.start();
    }
}
