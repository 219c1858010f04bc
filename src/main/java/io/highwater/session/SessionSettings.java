package io.highwater.session;

import io.highwater.outbound.OutboundSettings;
import io.highwater.wire.WireSettings;
import java.time.Duration;

/**
 * What bounds one session. Immutable.
 *
 * @param wire its messages
 * @param outbound its queue
 * @param commandsPerSecond more is RATE_LIMITED; from 1 to 1,000,000
 * @param commandsBurst how many of them may come at once; from 1 to 1,000,000
 * @param helloTimeout no hello for so long ends it with 1008
 * @param maxSubscriptions channels at a time; more is LIMIT_EXCEEDED
 */
public record SessionSettings(
        WireSettings wire,
        OutboundSettings outbound,
        int commandsPerSecond,
        int commandsBurst,
        Duration helloTimeout,
        int maxSubscriptions) {
    private static final int MAX_RATE = 1_000_000;

    public SessionSettings {
        inRange("highwater.limits.commands-per-second", commandsPerSecond);
        inRange("highwater.limits.commands-burst", commandsBurst);
    }

    /** As the protocol has it, with these limits. */
    public SessionSettings(
            WireSettings wire,
            OutboundSettings outbound,
            int commandsPerSecond,
            int commandsBurst) {
        this(wire, outbound, commandsPerSecond, commandsBurst, Duration.ofSeconds(10), 1_000);
    }

    public static SessionSettings defaults() {
        return new SessionSettings(WireSettings.defaults(), OutboundSettings.defaults(), 100, 200);
    }

    private static void inRange(String key, int value) {
        if (value < 1 || value > MAX_RATE) {
            throw new IllegalArgumentException(
                    key + ": " + value + " is not in the range 1 to " + MAX_RATE);
        }
    }
}
