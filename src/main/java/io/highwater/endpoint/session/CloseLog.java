package io.highwater.endpoint.session;

import io.highwater.log.LogLimit;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.Wire;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs session ends that are not ordinary: a line for each at DEBUG, otherwise their number. */
final class CloseLog {
    private static final Logger LOG = LoggerFactory.getLogger(CloseLog.class);

    private CloseLog() {}

    static void write(LogLimit logs, CloseStatus status, Wire wire, int queued, String path) {
        if (status.isOrdinary()) {
            return;
        }
        logs.count("sessions_closed", "close_code", status.codeLabel());
        logs.limit(LOG.atDebug(), "session_closed", wire.remoteAddress())
                .addKeyValue("code", status.code())
                .addKeyValue("reason", status.reason())
                .addKeyValue("transport", wire.kind().label())
                .addKeyValue("age_ms", TimeUnit.NANOSECONDS.toMillis(wire.activity().ageNanos()))
                .addKeyValue("queued_messages", queued)
                .addKeyValue("path", path)
                .addKeyValue("peer", wire.remoteAddress())
                .log("session_closed");
    }
}
