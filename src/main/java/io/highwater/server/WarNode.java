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
 * What {@link JettyBase} needs of a node: the parts of an embedded one, whose ports and class path
 * are a Jetty base's. Called by one thread at a time.
 */
public interface WarNode {
    /**
     * Reads its configuration, makes its parts, opens its admin port. Before any WAR is deployed.
     *
     * @throws IOException a port can't be had; the message names it
     */
    void start() throws IOException;

    Ticker ticker();

    /** What bounds connections and requests. */
    Edge edge();

    /** When the WebSockets of an HTTP/2 connection write together. */
    StreamBursts bursts();

    /** Stands in front of the contexts. */
    UpgradeHandler upgrades();

    /** SO_SNDBUF of accepted connections. */
    int socketBufferBytes();

    /**
     * The configured certificate, for TLS connectors that have none; where none is configured, one
     * for localhost.
     */
    ServerSettings.Keystore keystore() throws IOException;

    /**
     * What goes into the ServletContext of a web application before it starts, by the name of the
     * attribute: its ServerContainer, which is given back in {@link #deploy}.
     */
    Map.Entry<String, Object> newServerContainer();

    /**
     * Deploys what a started web application has for this node.
     *
     * @param application the web application
     * @param former what is deployed at its context path, whose place it takes and which is removed
     * @return what was deployed; null where it has nothing for this node
     * @throws RefusedException it may not serve; the reasons are logged
     */
    @Nullable War deploy(Application application, @Nullable War former) throws RefusedException;

    /**
     * A started web application.
     *
     * @param contextPath such as "/team"; "" for the root
     * @param webInf its WEB-INF folder, or null where it has none
     * @param serverContainer of {@link #newServerContainer}; null where it had none
     * @param gate its constraints and filters; null where it can't have any
     */
    record Application(
            String contextPath,
            URLClassLoader loader,
            @Nullable Path webInf,
            @Nullable Object serverContainer,
            @Nullable ContextGate gate) {}

    /**
     * The data ports listen.
     *
     * @param stopAccepting closes the listening sockets
     */
    void ready(int port, OptionalInt tlsPort, Runnable stopAccepting);

    /** Closes all sessions with 1012, in paced batches. Blocks meanwhile. */
    void drain();

    /** Ends all its parts. Does nothing before {@link #start} and the second time. */
    void close();

    /** A deployed web application. */
    interface War {
        /** Closes its sessions with 1012, ends its beans and forgets its classes. */
        void remove();
    }

    /** A web application can't be deployed; said already, in a line of the log for each reason. */
    final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        public RefusedException(Throwable cause) {
            super(cause);
        }
    }
}
