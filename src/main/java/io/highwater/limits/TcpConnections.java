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
     * @return who pays for it, and is told of its end ({@link Payer#disconnected}); null where it
     *     is refused, and does not count
     */
    public @Nullable Payer accepted(InetAddress address) {
        Payer payer = payers.of(address);
        Refusal refusal = enter(payer);
        if (refusal == null) {
            return payer;
        }
        logs.tell("limits", () -> observer.onConnectionRefused(refusal));
        return null;
    }

    /** Counts first and looks then, so that no two take the last place. */
    private @Nullable Refusal enter(Payer payer) {
        long nowNanos = ticker.nanoTime();
        if (payer.isRefused(nowNanos)) {
            return Refusal.WASTE;
        }
        if (!payer.isProxy() && !payer.newConnections().take(nowNanos)) {
            return Refusal.TOO_FAST;
        }
        int own = payer.connected();
        int open = open();
        if (limits.most() > 0 && open > limits.most()) {
            payer.disconnected();
            return Refusal.NODE_FULL;
        }
        if (limits.mostOfAddress() > 0 && !payer.isProxy() && own > limits.mostOfAddress()) {
            payer.disconnected();
            return Refusal.ADDRESS_FULL;
        }
        if (limits.isShared()
                && !payer.isProxy()
                && !DynamicThreshold.admits(own - 1, open - 1, limits.most())) {
            payer.disconnected();
            return Refusal.SHARE_FULL;
        }
        return null;
    }

    /** How many there may be; 0 where that is not limited. */
    public int most() {
        return limits.most();
    }

    /** How many are open now. */
    public int open() {
        return payers.connections();
    }
}
