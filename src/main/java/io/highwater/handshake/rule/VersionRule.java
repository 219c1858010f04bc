package io.highwater.handshake.rule;

import io.highwater.handshake.HandshakePriorities;
import io.highwater.handshake.HandshakeRule;
import io.highwater.handshake.UpgradeAttempt;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeDecision.Rejected;
import jakarta.annotation.Priority;
import jakarta.interceptor.Interceptor;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Only version 13 is supported (RFC 6455 section 4.4). */
@Interceptor
@VersionSupported
@Priority(HandshakePriorities.VERSION)
final class VersionRule extends HandshakeRule {
    private static final String HEADER = "Sec-WebSocket-Version";
    private static final Rejected REFUSED =
            Rejected.of(426, "version", "Only version 13 of the WebSocket protocol is spoken.")
                    .withHeader(HEADER, "13");

    @Override
    protected CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt, Next next) {
        List<String> versions = attempt.request().headers(HEADER);
        return versions.size() == 1 && versions.get(0).strip().equals("13")
                ? next.decide()
                : REFUSED.asStage();
    }
}
