package io.highwater.wire;

import io.highwater.time.Durations;
import java.time.Duration;

/**
 * What bounds one wire. Immutable.
 *
 * @param maxMessageBytes largest message a peer may send, all fragments together; a larger one ends
 *     the session with 1009. At least 1.
 * @param messageTimeout {@code highwater.limits.message-timeout}: a message that has begun, and
 *     comes at less than 1 KB/s over this time, ends the session with 1008. Zero is off.
 * @param closeTimeout how long a peer may take to answer our Close, and to take what was queued
 *     before it
 */
public record WireSettings(long maxMessageBytes, Duration messageTimeout, Duration closeTimeout) {
    public WireSettings {
        if (maxMessageBytes < 1) {
            throw new IllegalArgumentException(
                    "highwater.limits.max-message-bytes: "
                            + maxMessageBytes
                            + " is not at least 1");
        }
        if (messageTimeout.isNegative()) {
            throw new IllegalArgumentException(
                    "highwater.limits.message-timeout: "
                            + Durations.text(messageTimeout)
                            + " is not 0 or longer");
        }
    }

    public static WireSettings defaults() {
        return new WireSettings(64 * 1024, Duration.ofSeconds(30), Duration.ofSeconds(10));
    }

    public WireSettings withMaxMessageBytes(long bytes) {
        return new WireSettings(bytes, messageTimeout, closeTimeout);
    }

    public WireSettings withMessageTimeout(Duration timeout) {
        return new WireSettings(maxMessageBytes, timeout, closeTimeout);
    }
}
