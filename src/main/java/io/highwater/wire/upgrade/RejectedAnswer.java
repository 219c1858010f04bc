package io.highwater.wire.upgrade;

import io.highwater.handshake.UpgradeDecision;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The answer to a refused handshake. Immutable.
 *
 * @param headers in the order in which they are sent
 * @param text the body
 */
public record RejectedAnswer(int status, Map<String, String> headers, String text) {
    public RejectedAnswer {
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    static RejectedAnswer of(UpgradeDecision.Rejected rejected) {
        Map<String, String> headers = new LinkedHashMap<>(rejected.headers());
        Duration retryAfter = rejected.retryAfter();
        if (retryAfter != null) {
            // Retry-After counts whole seconds (RFC 9110 section 10.2.3): rounded up, at least one.
            long seconds = Math.max(1, (retryAfter.toMillis() + 999) / 1000);
            headers.put("Retry-After", String.valueOf(seconds));
        }
        headers.put("Content-Type", "text/plain; charset=utf-8");
        return new RejectedAnswer(rejected.status(), headers, rejected.reason() + "\n");
    }

    public ByteBuffer body() {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
