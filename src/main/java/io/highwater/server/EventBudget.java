package io.highwater.server;

import io.highwater.time.Ticker;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.io.RateControl;

/**
 * How many odd frames one HTTP/2 connection may send: a token bucket. What counts is what an
 * attacker can make cheaply and a good client sends rarely: SETTINGS, PING, PRIORITY, RST_STREAM
 * either way, empty DATA, and frames for streams that are gone.
 *
 * <p>Jetty's own control keeps an object for every event of its window, which at the size needed
 * here would be more than a megabyte a connection, kept until its next event; this keeps one long.
 * Thread-safe.
 */
final class EventBudget implements RateControl {
    private final Ticker ticker;
    private final long nanosPerEvent;
    private final long burstNanos;

    /** The bucket is full again at this time, and empty while that is burstNanos away. */
    private final AtomicLong fullAtNanos;

    /**
     * @param burst events at once, from a full bucket
     * @param perSecond events a second that refill it
     */
    EventBudget(Ticker ticker, int burst, int perSecond) {
        this.ticker = ticker;
        this.nanosPerEvent = 1_000_000_000L / perSecond;
        this.burstNanos = nanosPerEvent * burst;
        this.fullAtNanos = new AtomicLong(ticker.nanoTime());
    }

    @Override
    public boolean onEvent(Object event) {
        while (true) {
            long now = ticker.nanoTime();
            long fullAt = fullAtNanos.get();
            long after = (fullAt - now > 0 ? fullAt : now) + nanosPerEvent;
            if (after - now > burstNanos) {
                return false;
            }
            if (fullAtNanos.compareAndSet(fullAt, after)) {
                return true;
            }
        }
    }
}
