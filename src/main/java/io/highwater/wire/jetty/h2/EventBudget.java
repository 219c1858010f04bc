package io.highwater.wire.jetty.h2;

import io.highwater.limits.Allowance;
import io.highwater.limits.Payer;
import org.eclipse.jetty.io.RateControl;

/**
 * What one HTTP/2 connection may waste. What counts is what an attacker can make cheaply and a good
 * client sends rarely: SETTINGS, PING, PRIORITY, CONTINUATION, RST_STREAM in either direction and
 * so refused streams, empty and tiny DATA, window updates that nothing we sent asks for, malformed
 * and refused requests, and frames for streams that are gone.
 *
 * <p>Waste counts against the address, so that a new connection brings no new budget. An address
 * that exceeds its budget is refused for a while ({@link Payer#refuse}), and those of its
 * connections that go on wasting end. A connection that wastes next to nothing stays, for many
 * people may share an address. As many people are behind a trusted proxy, so each connection of a
 * proxy has a budget of its own. Thread-safe.
 */
final class EventBudget implements RateControl {
    // Jetty's own rate control keeps an object for every event of its window.

    /**
     * What a proxy's connection may waste at once. When all WebSockets of a connection close in one
     * moment, each may cost up to three events: our RST_STREAM, the client's, and DATA that crossed
     * them.
     */
    static final int PROXY_BURST = 30_000;

    /** Three for each of the 200 streams per second that the handshake rules admit, and pings. */
    static final int PROXY_PER_SECOND = 1_000;

    /** What a connection may waste although its address is over its budget: its first frames. */
    static final int LITTLE_BURST = 100;

    /** And its pings. */
    static final int LITTLE_PER_SECOND = 10;

    private final Payer payer;
    private final Http2Bounds bounds;

    /** The connection's own budget. */
    private final Allowance own;

    /** Once set, it stays. */
    private volatile boolean over;

    EventBudget(Payer payer, Http2Bounds bounds) {
        this.payer = payer;
        this.bounds = bounds;
        this.own =
                payer.isProxy()
                        ? new Allowance(PROXY_BURST, PROXY_PER_SECOND)
                        : new Allowance(LITTLE_BURST, LITTLE_PER_SECOND);
    }

    /** Counts one more event. False if it is one too many, and the connection must end. */
    @Override
    public boolean onEvent(Object event) {
        long nowNanos = bounds.ticker().nanoTime();
        boolean allowed = own.take(nowNanos);
        if (!payer.isProxy()) {
            if (payer.waste().take(nowNanos)) {
                allowed = true;
            } else {
                payer.refuse(nowNanos);
            }
        }
        if (!allowed) {
            over = true;
        }
        return allowed;
    }

    /** As {@link #onEvent}: for a request answered with this status, or with it over HTTP/1.1. */
    boolean onBadRequest(int status) {
        boolean allowed = onEvent(status);
        bounds.tell(observer -> observer.onBadRequest(status));
        return allowed;
    }

    /** Whether an event was one too many: nothing that comes matters any more. */
    boolean isOver() {
        return over;
    }

    /** Whether new connections and streams of the address are refused now. */
    boolean isRefused() {
        return payer.isRefused(bounds.ticker().nanoTime());
    }
}
