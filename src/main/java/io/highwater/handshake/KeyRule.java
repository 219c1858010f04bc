package io.highwater.handshake;

import io.highwater.handshake.UpgradeDecision.Rejected;
import io.highwater.handshake.UpgradeRequest.Kind;
import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.util.Base64;
import java.util.List;

/**
 * An Upgrade has one key, 16 bytes in base64 (RFC 6455 section 4.2.1); an Extended CONNECT has none
 * (RFC 8441 section 5).
 */
@Interceptor
@KeyWellFormed
@Priority(HandshakePriorities.KEY)
final class KeyRule {
    private static final int KEY_BYTES = 16;
    private static final int KEY_CHARS = 24;
    private static final Rejected REFUSED =
            Rejected.of(400, "key", "Sec-WebSocket-Key has to be 16 bytes in base64, once.");

    @AroundInvoke
    Object decide(InvocationContext context) throws Exception {
        UpgradeRequest request = UpgradeAttempt.of(context).request();
        return request.kind() == Kind.EXTENDED_CONNECT || hasKey(request)
                ? context.proceed()
                : REFUSED.asStage();
    }

    private static boolean hasKey(UpgradeRequest request) {
        List<String> keys = request.headers("Sec-WebSocket-Key");
        return keys.size() == 1 && isKey(keys.get(0).strip());
    }

    private static boolean isKey(String text) {
        if (text.length() != KEY_CHARS) {
            return false; // the decoder would do without the padding
        }
        try {
            return Base64.getDecoder().decode(text).length == KEY_BYTES;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }
}
