package io.highwater.keepalive;

import io.highwater.time.Durations;
import java.time.Duration;

/**
 * When sessions are pinged and when they are given up. Immutable.
 *
 * @param pingInterval time between two Pings of a session, from 100 ms to 7 days; 0 sends none.
 *     Default 25 s: below the 30 s after which impatient proxies and NATs forget a connection
 * @param pongTimeout time from when a Ping leaves to its Pong, from 100 ms to 7 days
 * @param idleTimeout a session ends if nothing is read for this long; from pingInterval +
 *     pongTimeout, so that a peer with nothing to say gets its chance to answer a Ping, to 14 days
 * @param slowWriteTimeout a session ends if the peer takes no byte for this long; from 100 ms to 7
 *     days
 */
public record KeepaliveSettings(
        Duration pingInterval,
        Duration pongTimeout,
        Duration idleTimeout,
        Duration slowWriteTimeout) {
    private static final String PING = "highwater.keepalive.ping-interval";
    private static final String PONG = "highwater.keepalive.pong-timeout";
    private static final String IDLE = "highwater.keepalive.idle-timeout";
    private static final String SLOW_WRITE = "slowWriteTimeout";

    private static final Duration MIN = Duration.ofMillis(100);
    private static final Duration MAX = Duration.ofDays(7);
    private static final String RANGE = Durations.text(MIN) + " to " + Durations.text(MAX);
    private static final Duration MAX_IDLE = MAX.plus(MAX);

    public KeepaliveSettings {
        if (!pingInterval.isZero()) {
            inRange(PING, pingInterval, MIN, "0 or " + RANGE);
        }
        inRange(PONG, pongTimeout, MIN, RANGE);
        inRange(SLOW_WRITE, slowWriteTimeout, MIN, RANGE);
        Duration least = pingInterval.plus(pongTimeout);
        if (idleTimeout.compareTo(least) < 0 || idleTimeout.compareTo(MAX_IDLE) > 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "%s: %s is not in the range %s (%s %s + %s %s) to %s",
                            IDLE,
                            Durations.text(idleTimeout),
                            Durations.text(least),
                            PING,
                            Durations.text(pingInterval),
                            PONG,
                            Durations.text(pongTimeout),
                            Durations.text(MAX_IDLE)));
        }
    }

    public static KeepaliveSettings defaults() {
        return new KeepaliveSettings(
                Duration.ofSeconds(25),
                Duration.ofSeconds(10),
                Duration.ofSeconds(40),
                Duration.ofSeconds(30));
    }

    private static void inRange(String key, Duration value, Duration min, String range) {
        if (value.compareTo(min) < 0 || value.compareTo(MAX) > 0) {
            throw new IllegalArgumentException(
                    key + ": " + Durations.text(value) + " is not in the range " + range);
        }
    }
}
