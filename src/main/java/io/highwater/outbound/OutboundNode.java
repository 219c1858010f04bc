package io.highwater.outbound;

import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * What all queues of a node share. Immutable; its parts are thread-safe.
 *
 * @param account what all queues together may keep
 * @param executor tells sessions that were ended for the sake of others
 * @param closeTimeout how long a peer may take to read what was queued before our Close
 * @param logs what peers may cause in the log
 */
public record OutboundNode(
        TimerWheel wheel,
        Ticker ticker,
        Backlog backlog,
        Book account,
        Executor executor,
        OutboundObserver observer,
        Duration closeTimeout,
        LogLimit logs) {
    public OutboundNode {
        account.watch(backlog.debtors());
    }

    /** One whose queues may keep what they like. */
    public OutboundNode(
            TimerWheel wheel,
            Ticker ticker,
            Backlog backlog,
            OutboundObserver observer,
            Duration closeTimeout) {
        this(
                wheel,
                ticker,
                backlog,
                Ledger.unbounded().book(Account.OUTBOUND),
                Runnable::run,
                observer,
                closeTimeout,
                LogLimit.none());
    }
}
