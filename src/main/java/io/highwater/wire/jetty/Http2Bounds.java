package io.highwater.wire.jetty;

import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What bounds the HTTP/2 connections of a node. Immutable; thread-safe.
 *
 * @param ledger the accounts of what they keep, and who pays
 * @param wheel fires the deadlines of their requests
 * @param ticker the node's time, which the wheel follows
 * @param requestTimeout how long a request may wait for its client, who sends the body or reads the
 *     answer, without a KiB each second; zero means for ever
 */
public record Http2Bounds(Ledger ledger, TimerWheel wheel, Ticker ticker, Duration requestTimeout) {
    /** As {@code highwater.limits.request-timeout}. */
    public static final Duration DEFAULT_REQUEST_TIMEOUT = Duration.ofSeconds(30);

    /** For a connection that is gone already. */
    private static final InetAddress UNKNOWN = InetAddress.getLoopbackAddress();

    Payer payer(@Nullable SocketAddress remote) {
        InetAddress known =
                remote instanceof InetSocketAddress inet && inet.getAddress() != null
                        ? inet.getAddress()
                        : UNKNOWN;
        return ledger.payers().of(known);
    }
}
