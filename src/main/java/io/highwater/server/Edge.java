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
 * What limits connections before they are WebSockets. One per node, which all data ports share.
 * Immutable; thread-safe.
 *
 * @param ledger the accounts of the memory that connections keep
 * @param connections counts the connections
 * @param wheel fires their deadlines
 * @param observer is told what was refused and ended
 * @param logs limits the log lines that a peer can cause, and reports failures
 */
public record Edge(
        EdgeSettings settings,
        Ledger ledger,
        TcpConnections connections,
        TimerWheel wheel,
        LimitsObserver observer,
        LogLimit logs) {
    /** Stands for an unknown address, which is that of a connection that is already closed. */
    private static final InetAddress UNKNOWN = InetAddress.getLoopbackAddress();

    /** An edge that refuses nothing, and whose clock stands still. */
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
     * The limits for HTTP/2.
     *
     * @param requestTimeout how long a request may wait for its client; zero means no limit
     */
    Http2Bounds http2(Ticker ticker, Duration requestTimeout) {
        return new Http2Bounds(
                ledger, wheel, ticker, settings.headTimeout(), requestTimeout, observer, logs);
    }

    /**
     * Counts a bad request over HTTP/1.1.
     *
     * @return false if it was one too many: the address is refused from now on, and this connection
     *     must end
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

    /** The payer of what this connection keeps, even if it is wrapped, as by TLS. */
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
