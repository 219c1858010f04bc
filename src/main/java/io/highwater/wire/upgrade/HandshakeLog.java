package io.highwater.wire.upgrade;

import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.log.LogLimit;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Logs handshakes that did not become sessions. A client's text is cut, and the number of lines for
 * each address is limited. Thread-safe.
 */
final class HandshakeLog {
    private static final Logger LOG = LoggerFactory.getLogger(HandshakeLog.class);

    private static final int MOST_CHARS = 200;

    private final LogLimit logs;

    HandshakeLog(LogLimit logs) {
        this.logs = logs;
    }

    /** Lets the node's operator see why a client has no connection. */
    void refused(UpgradeRequest request, UpgradeDecision.Rejected rejected) {
        logs.limit(LOG.atInfo(), "handshake_refused", request.peer().toString())
                .addKeyValue("rule", rejected.outcome())
                .addKeyValue("status", rejected.status())
                .addKeyValue("reason", () -> cut(rejected.reason()))
                .addKeyValue("path", () -> cut(request.path()))
                .addKeyValue("origin", () -> cut(request.header("Origin")))
                .addKeyValue("peer", () -> shown(request.peer()))
                .addKeyValue("forwarded_for", () -> cut(request.header("X-Forwarded-For")))
                .log("handshake_refused");
    }

    void rulesFailed(UpgradeRequest request, @Nullable Throwable cause) {
        failure(request).setCause(cause).log("the handshake rules failed");
    }

    void failed(UpgradeRequest request, Throwable cause) {
        failure(request).setCause(cause).log("an opening handshake failed");
    }

    private LoggingEventBuilder failure(UpgradeRequest request) {
        return logs.limit(LOG.atError(), "handshake_failed", request.peer().toString());
    }

    /** As in other lines: without the name, and without the slash that follows it. */
    private static String shown(InetSocketAddress peer) {
        String text = peer.toString();
        return text.substring(text.indexOf('/') + 1);
    }

    private static String cut(@Nullable String text) {
        if (text == null) {
            return "";
        }
        return text.length() <= MOST_CHARS ? text : text.substring(0, MOST_CHARS) + "…";
    }
}
