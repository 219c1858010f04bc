package io.highwater.handshake;

import io.highwater.handshake.UpgradeDecision.Rejected;
import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.util.List;

/** Only version 13 is spoken (RFC 6455 section 4.4). */
@Interceptor
@VersionSupported
@Priority(HandshakePriorities.VERSION)
final class VersionRule {
    private static final String HEADER = "Sec-WebSocket-Version";
    private static final Rejected REFUSED =
            Rejected.of(426, "version", "Only version 13 of the WebSocket protocol is spoken.")
                    .withHeader(HEADER, "13");

    @AroundInvoke
    Object decide(InvocationContext context) throws Exception {
        List<String> versions = UpgradeAttempt.of(context).request().headers(HEADER);
        return versions.size() == 1 && versions.get(0).strip().equals("13")
                ? context.proceed()
                : REFUSED.asStage();
    }
}
