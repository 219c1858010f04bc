package io.highwater.bench;

import io.highwater.bench.client.FrameWriter;
import java.time.Duration;

/**
 * Checks what was asked for; an IllegalArgumentException names option, value and range. Stateless.
 */
final class Sizes {
    private static final int MAX_CONNECTIONS = 1_000_000;
    private static final int MAX_SECONDS = 3_600;

    private Sizes() {}

    static int inRange(String option, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    option + " is " + value + ": allowed are " + min + " to " + max);
        }
        return value;
    }

    static int connections(int value) {
        return inRange("--connections", value, 1, MAX_CONNECTIONS);
    }

    static int bytes(int value, int min) {
        return inRange("--bytes", value, min, FrameWriter.MAX_PAYLOAD_BYTES);
    }

    static Duration seconds(String option, int value) {
        return Duration.ofSeconds(inRange(option, value, 1, MAX_SECONDS));
    }
}
