package io.highwater.handshake.rule;

import io.highwater.handshake.HandshakePriorities;
import io.highwater.handshake.HandshakeRule;
import io.highwater.handshake.UpgradeAttempt;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeDecision.Rejected;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.handshake.UpgradeRequest.Kind;
import jakarta.annotation.Priority;
import jakarta.interceptor.Interceptor;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * An Upgrade has one key, 16 bytes in base64 (RFC 6455 section 4.2.1); an Extended CONNECT has none
 * (RFC 8441 section 5).
 */
@Interceptor
@KeyWellFormed
@Priority(HandshakePriorities.KEY)
final class KeyRule extends HandshakeRule {
    private static final int KEY_BYTES = 16;
    private static final int KEY_CHARS = 24;
    private static final Rejected REFUSED =
            Rejected.of(400, "key", "Sec-WebSocket-Key has to be 16 bytes in base64, once.");

    @Override
    protected CompletionStage<UpgradeDecision> decide(UpgradeAttempt attempt, Next next) {
        UpgradeRequest request = attempt.request();
        return request.kind() == Kind.EXTENDED_CONNECT || hasKey(request)
                ? next.decide()
                : REFUSED.asStage();
    }

    private static boolean hasKey(UpgradeRequest request) {
        List<String> keys = request.headers("Sec-WebSocket-Key");
        return keys.size() == 1 && isKey(keys.get(0).strip());
    }

    private static boolean isKey(String text) {
        if (text.length() != KEY_CHARS) {
            return false; // the decoder would accept it without the padding
        }
        try {
            return Base64.getDecoder().decode(text).length == KEY_BYTES;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }
}
