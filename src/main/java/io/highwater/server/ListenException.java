package io.highwater.server;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.server.ServerConnector;

/** The server can't listen on a port. The message is one line that names the port and its key. */
public final class ListenException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int port;

    private ListenException(String message, int port, IOException cause) {
        super(message, cause);
        this.port = port;
    }

    /** The port that was asked for. */
    public int port() {
        return port;
    }

    /** Checks whether {@link #open} would work now, by a socket: Jetty opens no connector twice. */
    static void check(ServerConnector connector, String key) throws ListenException {
        if (connector.getPort() == 0) {
            return;
        }
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(connector.getReuseAddress());
            String host = connector.getHost();
            probe.bind(
                    host == null
                            ? new InetSocketAddress(connector.getPort())
                            : new InetSocketAddress(host, connector.getPort()));
        } catch (IOException e) {
            throw of(connector, key, e);
        }
    }

    /** Opens the connector's listening socket, before anything else of its server starts. */
    static void open(ServerConnector connector, String key) throws ListenException {
        try {
            connector.open();
        } catch (IOException e) {
            throw of(connector, key, e);
        }
    }

    private static ListenException of(NetworkConnector connector, String key, IOException e) {
        int port = connector.getPort();
        // Jetty wraps what the bind threw.
        Throwable bind = e.getCause() == null ? e : e.getCause();
        String why =
                bind instanceof BindException && inUse(bind.getMessage())
                        ? "is in use"
                        : "can't be listened on: " + oneLine(bind);
        return new ListenException("port " + port + " " + why + " (" + key + ")", port, e);
    }

    private static boolean inUse(@org.jspecify.annotations.Nullable String message) {
        return message != null && message.toLowerCase(java.util.Locale.ROOT).contains("in use");
    }

    private static String oneLine(Throwable bind) {
        String message = bind.getMessage();
        return message == null ? bind.getClass().getSimpleName() : message.replaceAll("\\s+", " ");
    }
}
