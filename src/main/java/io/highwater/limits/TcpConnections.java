package io.highwater.limits;

import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * The TCP connections of a node's data ports, from accept to close. One per node. Thread-safe,
 * without locks.
 */
public final class TcpConnections {
    /**
     * TLS costs this many of the tokens for new connections: a signature of our certificate takes a
     * millisecond with RSA.
     */
    private static final int TLS_TOKENS = 5;

    /** Why one of a kind is refused. */
    private record Refusals(Refusal nodeFull, Refusal addressFull, Refusal shareFull) {}

    private static final Refusals TCP =
            new Refusals(Refusal.NODE_FULL, Refusal.ADDRESS_FULL, Refusal.SHARE_FULL);
    private static final Refusals TLS =
            new Refusals(Refusal.TLS_NODE_FULL, Refusal.TLS_ADDRESS_FULL, Refusal.TLS_SHARE_FULL);

    private final TcpLimits limits;
    private final Payers payers;
    private final LimitsObserver observer;
    private final Ticker ticker;
    private final LogLimit logs;

    public TcpConnections(
            TcpLimits limits,
            Payers payers,
            LimitsObserver observer,
            Ticker ticker,
            LogLimit logs) {
        this.limits = limits;
        this.payers = payers;
        this.observer = observer;
        this.ticker = ticker;
        this.logs = logs;
    }

    /**
     * A connection was accepted.
     *
     * @return the address that pays for it, to be told of its end ({@link Payer#tcp}); null if the
     *     connection is refused, and not counted
     */
    public @Nullable Payer accepted(InetAddress address) {
        Payer payer = payers.of(address);
        return isLetIn(enter(payer)) ? payer : null;
    }

    /**
     * An accepted connection is about to speak TLS, which keeps several times what the connection
     * does.
     *
     * @return true if {@link Payer#tls} must be told of its end; false if it is refused, and not
     *     counted as one that speaks TLS
     */
    public boolean trySecure(Payer payer) {
        return isLetIn(secure(payer));
    }

    private @Nullable Refusal secure(Payer payer) {
        Allowance fresh = payer.newConnections();
        // The connection has taken its first token already; if the burst is small, the rest must
        // do.
        int more = Math.min(TLS_TOKENS, fresh.burst()) - 1;
        if (!payer.isProxy() && !fresh.take(more, ticker.nanoTime())) {
            return Refusal.TOO_FAST;
        }
        return count(payer, payer.tls(), limits.tls(), TLS);
    }

    private boolean isLetIn(@Nullable Refusal refusal) {
        if (refusal != null) {
            logs.tell("limits", () -> observer.onConnectionRefused(refusal));
        }
        return refusal == null;
    }

    private @Nullable Refusal enter(Payer payer) {
        long nowNanos = ticker.nanoTime();
        if (payer.isRefused(nowNanos)) {
            return Refusal.WASTE;
        }
        if (!payer.isProxy() && !payer.newConnections().take(nowNanos)) {
            return Refusal.TOO_FAST;
        }
        return count(payer, payer.tcp(), limits.tcp(), TCP);
    }

    /** Counts first and checks then, so that no two connections take the last place. */
    private static @Nullable Refusal count(
            Payer payer, ConnectionCount count, ConnectionLimit limit, Refusals refusals) {
        int own = count.opened();
        int open = count.all();
        Refusal refusal = null;
        if (limit.most() > 0 && open > limit.most()) {
            refusal = refusals.nodeFull;
        } else if (!payer.isProxy()) {
            if (limit.mostOfAddress() > 0 && own > limit.mostOfAddress()) {
                refusal = refusals.addressFull;
            } else if (limit.isShared()
                    && !DynamicThreshold.admits(own - 1, open - 1, limit.most())) {
                refusal = refusals.shareFull;
            }
        }
        if (refusal != null) {
            count.closed();
        }
        return refusal;
    }

    /** How many there may be. */
    public TcpLimits limits() {
        return limits;
    }

    /** How many are open now. */
    public int open() {
        return payers.tcp();
    }

    /** How many of them speak TLS. */
    public int openTls() {
        return payers.tls();
    }
}
