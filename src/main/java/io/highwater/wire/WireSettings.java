package io.highwater.wire;

import java.time.Duration;

/**
 * What bounds one wire. Immutable.
 *
 * @param maxMessageBytes largest message a peer may send, all fragments together; more is 1009. At
 *     least 1.
 * @param closeTimeout how long a peer may take to answer our Close, and to take what was queued
 *     before it
 */
public record WireSettings(long maxMessageBytes, Duration closeTimeout) {
    public WireSettings {
        if (maxMessageBytes < 1) {
            throw new IllegalArgumentException(
                    "highwater.limits.max-message-bytes: "
                            + maxMessageBytes
                            + " is not at least 1");
        }
    }

    public static WireSettings defaults() {
        return new WireSettings(64 * 1024, Duration.ofSeconds(10));
    }

    public WireSettings withMaxMessageBytes(long bytes) {
        return new WireSettings(bytes, closeTimeout);
    }
}
