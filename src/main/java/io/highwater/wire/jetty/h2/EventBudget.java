package io.highwater.wire.jetty.h2;

import io.highwater.limits.Allowance;
import io.highwater.limits.Payer;
import org.eclipse.jetty.io.RateControl;

/**
 * What one HTTP/2 connection may waste. What counts is what an attacker can make cheaply and a good
 * client sends rarely: SETTINGS, PING, PRIORITY, CONTINUATION, RST_STREAM either way and so refused
 * streams, empty and tiny DATA, window updates that nothing we sent asks for, malformed and refused
 * requests, and frames for streams that are gone.
 *
 * <p>It counts against the address, so that a new connection is no new budget. Over it, the address
 * is refused for a while ({@link Payer#refuse}) and its connections end as they go on wasting; one
 * that wastes next to nothing stays, for an address may be many people's. Behind a trusted proxy
 * are as many, and each of its connections has a budget for itself. Thread-safe.
 */
final class EventBudget implements RateControl {
    // Jetty's own control keeps an object for every event of its window.

    /**
     * Of a proxy's connection, at once. When all sockets of a connection close in one moment, each
     * may cost up to three: our RST_STREAM, the client's, and DATA that crossed them.
     */
    static final int PROXY_BURST = 30_000;

    /** Three for each of the 200 streams a second that the handshake rules admit, and pings. */
    static final int PROXY_PER_SECOND = 1_000;

    /** What may be wasted on a connection whose address is over its budget: its first frames. */
    static final int LITTLE_BURST = 100;

    /** And pings. */
    static final int LITTLE_PER_SECOND = 10;

    private final Payer payer;
    private final Http2Bounds bounds;

    /** The connection's own. */
    private final Allowance own;

    /** Never taken back. */
    private volatile boolean over;

    EventBudget(Payer payer, Http2Bounds bounds) {
        this.payer = payer;
        this.bounds = bounds;
        this.own =
                payer.isProxy()
                        ? new Allowance(PROXY_BURST, PROXY_PER_SECOND)
                        : new Allowance(LITTLE_BURST, LITTLE_PER_SECOND);
    }

    /** One more. False where it is too much, and the connection is to end. */
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

    /** One more, as {@link #onEvent}: a request that is answered so, or would be over HTTP/1.1. */
    boolean onBadRequest(int status) {
        boolean allowed = onEvent(status);
        bounds.tell(observer -> observer.onBadRequest(status));
        return allowed;
    }

    /** Whether an event was too much: nothing that comes matters any more. */
    boolean isOver() {
        return over;
    }

    /** Whether the address is to be let in no further now. */
    boolean isRefused() {
        return payer.isRefused(bounds.ticker().nanoTime());
    }
}
