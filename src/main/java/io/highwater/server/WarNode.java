package io.highwater.server;

import io.highwater.time.Ticker;
import io.highwater.wire.jetty.ContextGate;
import io.highwater.wire.jetty.UpgradeHandler;
import io.highwater.wire.jetty.h2.StreamBursts;
import java.io.IOException;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What {@link JettyBase} needs of a node: the parts of an embedded node, for which the Jetty base
 * provides the ports and the class path. Called by one thread at a time.
 */
public interface WarNode {
    /**
     * Reads the configuration, creates the parts, opens the admin port. Called before any
     * deployment.
     *
     * @throws IOException if a port can't be opened; the message names it
     */
    void start() throws IOException;

    Ticker ticker();

    /** What limits connections and requests. */
    Edge edge();

    /** When the WebSockets of an HTTP/2 connection write together. */
    StreamBursts bursts();

    /** The handler to place before the contexts. */
    UpgradeHandler upgrades();

    /** SO_SNDBUF of accepted connections. */
    int socketBufferBytes();

    /**
     * The configured certificate, for TLS connectors that have none; if none is configured, a
     * certificate for localhost.
     */
    ServerSettings.Keystore keystore() throws IOException;

    /**
     * The attribute to set in a web application's ServletContext before it starts, name and value:
     * its ServerContainer, which is passed back in {@link #deploy}.
     */
    Map.Entry<String, Object> newServerContainer();

    /**
     * Deploys what a started web application contains for this node.
     *
     * @param application the web application
     * @param former the deployment at the same context path, which is replaced and removed; or null
     * @return the deployment; null if the application contains nothing for this node
     * @throws RefusedException if it must not serve; the reasons are logged
     */
    @Nullable War deploy(Application application, @Nullable War former) throws RefusedException;

    /**
     * A started web application.
     *
     * @param contextPath such as "/team"; "" for the root
     * @param webInf its WEB-INF folder, or null if it has none
     * @param serverContainer from {@link #newServerContainer}; null if it had none
     * @param gate its constraints and filters; null if it can't have any
     */
    record Application(
            String contextPath,
            URLClassLoader loader,
            @Nullable Path webInf,
            @Nullable Object serverContainer,
            @Nullable ContextGate gate) {}

    /**
     * Called when the data ports listen.
     *
     * @param stopAccepting closes the listening sockets
     */
    void ready(int port, OptionalInt tlsPort, Runnable stopAccepting);

    /** Closes all sessions with 1012, in paced batches. Blocks until that is done. */
    void drain();

    /** Closes all its parts. Does nothing before {@link #start}, or when called again. */
    void close();

    /** A deployed web application. */
    interface War {
        /** Closes its sessions with 1012, destroys its beans and drops its classes. */
        void remove();
    }

    /** A web application can't be deployed; a log line for each reason was already written. */
    final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        public RefusedException(Throwable cause) {
            super(cause);
        }
    }
}
