package io.highwater.session;

import io.highwater.wire.CloseStatus;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs session ends that are not ordinary: each one at DEBUG, otherwise only their number. */
final class SessionLog {
    private static final Logger LOG = LoggerFactory.getLogger(SessionLog.class);

    private SessionLog() {}

    static void closed(Session session, CloseStatus status, int queued) {
        if (status.isOrdinary()) {
            return;
        }
        session.logs().count("sessions_closed", "close_code", status.codeLabel());
        session.limit(LOG.atDebug(), "session_closed")
                .addKeyValue("code", status.code())
                .addKeyValue("reason", status.reason())
                .addKeyValue("transport", session.wire().kind().label())
                .addKeyValue(
                        "age_ms",
                        TimeUnit.NANOSECONDS.toMillis(session.wire().activity().ageNanos()))
                .addKeyValue("queued_messages", queued)
                .addKeyValue("path", Sessions.PATH)
                .addKeyValue("peer", session.wire().remoteAddress())
                .addKeyValue("session", session.idText())
                .addKeyValue("client", session.client())
                .log("session_closed");
    }

    static void ruleFailed(Session session, Throwable cause) {
        session.limit(LOG.atError(), "channel_rule_failed")
                .setCause(cause)
                .log("channel_rule_failed");
    }

    /** The issuer of the client's identity has to be told: its client may do nothing. */
    static void claimRefused(Session session, String problem) {
        session.limit(LOG.atWarn(), "channel_claim_refused")
                .addKeyValue("problem", problem)
                .log("channel_claim_refused");
    }

    static void channelsFailed(Session session, @Nullable Throwable cause) {
        session.limit(LOG.atError(), "channels_failed").setCause(cause).log("channels_failed");
    }
}
