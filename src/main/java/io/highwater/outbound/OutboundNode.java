package io.highwater.outbound;

import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import java.time.Duration;

/**
 * What all queues of a node share. Immutable; its parts are thread-safe.
 *
 * @param closeTimeout how long a peer may take to read what was queued before our Close
 * @param logs what peers may cause in the log
 */
public record OutboundNode(
        TimerWheel wheel,
        Ticker ticker,
        Backlog backlog,
        OutboundObserver observer,
        Duration closeTimeout,
        LogLimit logs) {
    public OutboundNode(
            TimerWheel wheel,
            Ticker ticker,
            Backlog backlog,
            OutboundObserver observer,
            Duration closeTimeout) {
        this(wheel, ticker, backlog, observer, closeTimeout, LogLimit.none());
    }
}
