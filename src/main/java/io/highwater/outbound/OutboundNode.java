package io.highwater.outbound;

import io.highwater.limits.Book;
import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * What all queues of a node share. Immutable; its parts are thread-safe.
 *
 * @param queues the queues that hold something now
 * @param account what all queues together may keep
 * @param executor tells sessions that were ended for the sake of others
 * @param closeTimeout how long a peer may take to read what was queued before our Close
 * @param logs bounds what peers may cause in the log
 */
public record OutboundNode(
        TimerWheel wheel,
        Ticker ticker,
        NonEmptyQueues queues,
        Book account,
        Executor executor,
        OutboundObserver observer,
        Duration closeTimeout,
        LogLimit logs) {
    public OutboundNode {
        account.watch(queues.debtors());
    }
}
