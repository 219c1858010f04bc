package io.highwater.session;

import io.highwater.outbound.OutboundSettings;
import io.highwater.wire.WireSettings;
import java.time.Duration;

/**
 * Limits of one session. Immutable.
 *
 * @param wire limits of its messages
 * @param outbound limits of its queue
 * @param commandsPerSecond more commands are answered RATE_LIMITED; from 1 to 1,000,000
 * @param commandsBurst how many commands may come at once; from 1 to 1,000,000
 * @param helloTimeout a session without a hello for this long ends with 1008
 * @param maxSubscriptions channels at a time; more are answered LIMIT_EXCEEDED
 */
public record SessionSettings(
        WireSettings wire,
        OutboundSettings outbound,
        int commandsPerSecond,
        int commandsBurst,
        Duration helloTimeout,
        int maxSubscriptions) {
    private static final int MAX_RATE = 1_000_000;

    /** The most that the name of a client takes in a list, with its punctuation. */
    private static final int NAME_BYTES = 67;

    public SessionSettings {
        inRange("highwater.limits.commands-per-second", commandsPerSecond);
        inRange("highwater.limits.commands-burst", commandsBurst);
    }

    /** These limits; the hello timeout and the number of subscriptions as the protocol says. */
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

    /** How many names of clients are sure to fit one message. */
    public int mostNames() {
        return (int) Math.min(Integer.MAX_VALUE, wire.maxMessageBytes() / NAME_BYTES);
    }

    private static void inRange(String key, int value) {
        if (value < 1 || value > MAX_RATE) {
            throw new IllegalArgumentException(
                    key + ": " + value + " is not in the range 1 to " + MAX_RATE);
        }
    }
}
