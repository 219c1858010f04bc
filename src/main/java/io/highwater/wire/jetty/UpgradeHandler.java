package io.highwater.wire.jetty;

import io.highwater.handshake.UpgradeDecision;
import io.highwater.wire.Route;
import io.highwater.wire.upgrade.Upgrades;
import java.util.List;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Hands opening handshakes over to {@link Upgrades}. Stands in front of all other handlers, and
 * passes on to them what is not a handshake. Thread-safe.
 */
public final class UpgradeHandler extends Handler.Wrapper {
    /** Set on a request that is no handshake but has the path of a WebSocket. */
    private static final String PATH = UpgradeHandler.class.getName() + ".path";

    private final Upgrades upgrades;
    private final List<JettyUpgrade> kinds;

    /**
     * @param kinds the kinds of handshakes; a request of none of them is not a handshake
     */
    public UpgradeHandler(Upgrades upgrades, JettyUpgrade... kinds) {
        this.upgrades = upgrades;
        this.kinds = List.of(kinds);
    }

    /** Whether the connection was upgraded here: then its end calls nothing that may block. */
    public static boolean isWebSocket(@Nullable Connection connection) {
        return connection instanceof JettyTransport;
    }

    /** Whether a request that is no handshake has the path of a WebSocket. */
    public static boolean hasWebSocketPath(Request request) {
        return request.getAttribute(PATH) != null;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        JettyUpgrade kind = kind(request);
        Route route = upgrades.route(Request.getPathInContext(request));
        if (kind == null) {
            if (route != null) {
                request.setAttribute(PATH, true);
            }
            return super.handle(request, response, callback);
        }
        JettyExchange exchange = new JettyExchange(kind, route, request, response, callback);
        UpgradeDecision.Rejected fault = kind.fault(request);
        if (fault != null) {
            upgrades.refuse(exchange, fault);
        } else {
            upgrades.decide(exchange);
        }
        return true;
    }

    private @Nullable JettyUpgrade kind(Request request) {
        for (JettyUpgrade kind : kinds) {
            if (kind.isOpening(request)) {
                return kind;
            }
        }
        return null;
    }
}
