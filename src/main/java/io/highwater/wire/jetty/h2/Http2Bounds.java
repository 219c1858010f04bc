package io.highwater.wire.jetty.h2;

import io.highwater.limits.Ledger;
import io.highwater.limits.LimitsObserver;
import io.highwater.limits.Payer;
import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What bounds the HTTP/2 connections of a node. Immutable; thread-safe.
 *
 * @param ledger the accounts of what they keep, and the addresses that pay
 * @param wheel fires the deadlines of their requests
 * @param ticker the node's time, which the wheel follows
 * @param headTimeout how long a head, the preface or another frame that carries no DATA may take
 *     from its first byte to its last
 * @param requestTimeout how long a request may wait for a client that sends its body, or reads its
 *     answer, at less than 1 KiB per second; zero means forever
 * @param observer hears of what was refused and ended
 * @param logs limits the lines that a peer can cause, and those about failures
 */
public record Http2Bounds(
        Ledger ledger,
        TimerWheel wheel,
        Ticker ticker,
        Duration headTimeout,
        Duration requestTimeout,
        LimitsObserver observer,
        LogLimit logs) {
    /** Stands for the address of a connection that is gone already. */
    private static final InetAddress UNKNOWN = InetAddress.getLoopbackAddress();

    /** Tells the observer something. */
    void tell(Consumer<LimitsObserver> news) {
        logs.tell("limits", () -> news.accept(observer));
    }

    Payer payer(@Nullable SocketAddress remote) {
        InetAddress known =
                remote instanceof InetSocketAddress inet && inet.getAddress() != null
                        ? inet.getAddress()
                        : UNKNOWN;
        return ledger.payers().of(known);
    }
}
