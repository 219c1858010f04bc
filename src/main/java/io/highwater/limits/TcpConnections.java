package io.highwater.limits;

import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * The TCP connections of a node's data ports, from accept to close. One a node. Thread-safe,
 * without locks.
 */
public final class TcpConnections {
    /** Of new connections: a signature of our certificate takes a millisecond with RSA. */
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
     * One was accepted.
     *
     * @return who pays for it, and is told of its end ({@link Payer#tcp}); null where it is
     *     refused, and does not count
     */
    public @Nullable Payer accepted(InetAddress address) {
        Payer payer = payers.of(address);
        return isLetIn(enter(payer)) ? payer : null;
    }

    /**
     * One that was accepted is to speak TLS, which keeps several times what the connection does.
     *
     * @return true where {@link Payer#tls} is told of its end; false where it is refused, and does
     *     not count as one of these
     */
    public boolean trySecure(Payer payer) {
        return isLetIn(secure(payer));
    }

    private @Nullable Refusal secure(Payer payer) {
        Allowance fresh = payer.newConnections();
        // Its first token is gone; of a small burst the rest has to do.
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

    /** Counts first and looks then, so that no two take the last place. */
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
