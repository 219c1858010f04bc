package io.highwater.session;

import io.highwater.wire.CloseStatus;
import io.highwater.wire.Wire;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A log line for each end of a session that somebody may have to look into. */
final class SessionLog {
    private static final Logger LOG = LoggerFactory.getLogger(SessionLog.class);

    private SessionLog() {}

    static void closed(CloseStatus status, Wire wire, int queued, String session, String client) {
        if (status.isOrdinary()) {
            return;
        }
        LOG.atInfo()
                .addKeyValue("code", status.code())
                .addKeyValue("reason", status.reason())
                .addKeyValue("transport", wire.kind().label())
                .addKeyValue("age_ms", TimeUnit.NANOSECONDS.toMillis(wire.activity().ageNanos()))
                .addKeyValue("queued_messages", queued)
                .addKeyValue("path", Sessions.PATH)
                .addKeyValue("peer", wire.remoteAddress())
                .addKeyValue("session", session)
                .addKeyValue("client", client)
                .log("session_closed");
    }

    static void ruleFailed(RuntimeException cause) {
        LOG.atError().setCause(cause).log("channel_rule_failed");
    }

    static void channelsFailed(@Nullable Throwable cause) {
        LOG.atError().setCause(cause).log("channels_failed");
    }
}
