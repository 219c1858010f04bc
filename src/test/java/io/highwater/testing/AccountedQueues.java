package io.highwater.testing;

import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import io.highwater.outbound.NonEmptyQueues;
import io.highwater.outbound.OutboundNode;
import io.highwater.outbound.OutboundObserver;
import io.highwater.outbound.OutboundSettings;
import io.highwater.outbound.OverflowPolicy;
import io.highwater.outbound.SendQueues;
import io.highwater.outbound.WaterMarks;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import java.time.Duration;

/**
 * A node's queues, which keep up to 100 messages, and what they and compression are charged for.
 * Confined to a test.
 */
public final class AccountedQueues {
    private static final WaterMarks MARKS = new WaterMarks(100, 10 << 20, 0, 0);

    /** What waits, in any form. */
    public final Book outbound;

    /** Holds that, and what compressed messages refer to, against the heap. */
    public final AccountedHeap heap;

    private final OutboundNode node;

    public AccountedQueues(Ledger ledger, TimerWheel wheel, Ticker ticker) {
        outbound = ledger.book(Account.OUTBOUND);
        Book contexts = ledger.book(Account.CONTEXTS);
        heap = new AccountedHeap(() -> outbound.bytes() + contexts.bytes());
        node =
                new OutboundNode(
                        wheel,
                        ticker,
                        new NonEmptyQueues(),
                        outbound,
                        Runnable::run,
                        OutboundObserver.NONE,
                        Duration.ofSeconds(10),
                        LogLimit.none());
    }

    public SendQueues under(OverflowPolicy policy) {
        return new SendQueues(new OutboundSettings(MARKS, policy, Duration.ofSeconds(30)), node);
    }
}
