package io.highwater.server;

import io.highwater.time.Durations;
import java.time.Duration;

/**
 * What a connection may take before it is a WebSocket, or if it never becomes one. Immutable.
 *
 * @param headTimeout {@code highwater.limits.head-timeout}: for the whole head of a request,
 *     counted from accept or the end of the TLS handshake, and for later requests from the first
 *     byte. Default 10 s
 * @param tlsHandshakeTimeout {@code highwater.limits.tls-handshake-timeout}: counted from accept.
 *     Default 10 s
 * @param requestTimeout {@code highwater.limits.request-timeout}: how long a request may wait for a
 *     client that sends its body, or reads its answer, at less than 1 KiB per second. Default 30 s
 * @param maxHeaderBytes {@code highwater.limits.max-header-bytes}: request line and headers; more
 *     is answered 431. Default 8 KiB
 */
public record EdgeSettings(
        Duration headTimeout,
        Duration tlsHandshakeTimeout,
        Duration requestTimeout,
        int maxHeaderBytes) {
    private static final Duration MIN_TIMEOUT = Duration.ofMillis(100);
    private static final Duration MAX_TIMEOUT = Duration.ofDays(1);
    private static final int MIN_HEADER_BYTES = 1 << 10;
    private static final int MAX_HEADER_BYTES = 1 << 20;

    public EdgeSettings {
        check("highwater.limits.head-timeout", headTimeout);
        check("highwater.limits.tls-handshake-timeout", tlsHandshakeTimeout);
        check("highwater.limits.request-timeout", requestTimeout);
        if (maxHeaderBytes < MIN_HEADER_BYTES || maxHeaderBytes > MAX_HEADER_BYTES) {
            throw new IllegalArgumentException(
                    "highwater.limits.max-header-bytes: "
                            + maxHeaderBytes
                            + " is not between 1KiB and 1MiB");
        }
    }

    public static EdgeSettings defaults() {
        return new EdgeSettings(
                Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(30), 8 << 10);
    }

    private static void check(String key, Duration timeout) {
        if (timeout.compareTo(MIN_TIMEOUT) < 0 || timeout.compareTo(MAX_TIMEOUT) > 0) {
            throw new IllegalArgumentException(
                    key + ": " + Durations.text(timeout) + " is not between 100ms and 1d");
        }
    }
}
