package io.highwater.server;

import io.highwater.limits.Ledger;
import io.highwater.limits.LimitsObserver;
import io.highwater.limits.Payer;
import io.highwater.limits.TcpConnections;
import io.highwater.limits.TcpLimits;
import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import io.highwater.wire.jetty.BottomEndPoint;
import io.highwater.wire.jetty.h2.Http2Bounds;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.function.Consumer;
import org.eclipse.jetty.io.EndPoint;
import org.jspecify.annotations.Nullable;

/**
 * What bounds connections before they are WebSockets, one a node: its data ports have it in common.
 * Immutable; thread-safe.
 *
 * @param ledger the accounts of what they keep
 * @param connections counts them
 * @param wheel fires their deadlines
 * @param observer hears of what was refused and ended
 * @param logs bounds the lines that a peer can cause, and what is said of what fails
 */
public record Edge(
        EdgeSettings settings,
        Ledger ledger,
        TcpConnections connections,
        TimerWheel wheel,
        LimitsObserver observer,
        LogLimit logs) {
    /** For an address that nobody knows: that of a connection which is gone. */
    private static final InetAddress UNKNOWN = InetAddress.getLoopbackAddress();

    /** One that refuses nobody, and whose time stands still. */
    public static Edge unbounded() {
        Ledger ledger = Ledger.unbounded();
        Ticker ticker = () -> 0;
        return new Edge(
                EdgeSettings.defaults(),
                ledger,
                new TcpConnections(
                        TcpLimits.unlimited(),
                        ledger.payers(),
                        LimitsObserver.NONE,
                        ticker,
                        LogLimit.none()),
                new TimerWheel(0),
                LimitsObserver.NONE,
                LogLimit.none());
    }

    /** Tells the observer something. */
    void tell(Consumer<LimitsObserver> news) {
        logs.tell("limits", () -> news.accept(observer));
    }

    /**
     * The same for HTTP/2.
     *
     * @param requestTimeout how long a request may wait for its client; zero means for ever
     */
    Http2Bounds http2(Ticker ticker, Duration requestTimeout) {
        return new Http2Bounds(
                ledger, wheel, ticker, settings.headTimeout(), requestTimeout, observer, logs);
    }

    /**
     * One more bad request over HTTP/1.1.
     *
     * @return false where it was too much: the address is refused from now on, and this connection
     *     is to end
     */
    boolean admitsBadRequest(Payer payer, int status) {
        long nowNanos = wheel.nowNanos();
        boolean admitted = payer.isProxy() || payer.waste().take(nowNanos);
        if (!admitted) {
            payer.refuse(nowNanos);
        }
        tell(told -> told.onBadRequest(status));
        return admitted;
    }

    /** Who pays for what is kept of this connection, whatever stands upon it. */
    Payer payer(EndPoint endPoint) {
        EndPoint bottom = BottomEndPoint.of(endPoint);
        Payer counted = SocketConnector.payer(bottom);
        return counted == null ? payer(bottom.getRemoteSocketAddress()) : counted;
    }

    private Payer payer(@Nullable SocketAddress address) {
        InetAddress known =
                address instanceof InetSocketAddress inet && inet.getAddress() != null
                        ? inet.getAddress()
                        : UNKNOWN;
        return ledger.payers().of(known);
    }
}
