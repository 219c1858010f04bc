package io.highwater.wire.jetty;

import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.wire.Transport;
import java.util.function.Function;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** How one version of HTTP carries an opening handshake and becomes a WebSocket. Thread-safe. */
public interface JettyUpgrade {
    UpgradeRequest.Kind kind();

    /** Whether a request is an opening handshake of this kind. */
    boolean isOpening(Request request);

    /** What HTTP itself objects to in a handshake; null if nothing. */
    default UpgradeDecision.@Nullable Rejected fault(Request request) {
        return null;
    }

    /**
     * The transport that Jetty upgrades to.
     *
     * @param wire makes the engine on the transport
     */
    JettyTransport transport(Request request, Function<Transport, ? extends Transport.Events> wire);

    /** Sends the answer to an accepted handshake; its headers are set already. */
    void answer(Response response, Callback callback);
}
