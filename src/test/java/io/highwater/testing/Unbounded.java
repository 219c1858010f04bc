package io.highwater.testing;

import io.highwater.limits.Account;
import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import io.highwater.outbound.NonEmptyQueues;
import io.highwater.outbound.OutboundNode;
import io.highwater.outbound.OutboundObserver;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import io.highwater.wire.deflate.DeflateObserver;
import io.highwater.wire.deflate.DeflateSettings;
import io.highwater.wire.deflate.PermessageDeflate;
import java.time.Duration;
import java.util.concurrent.Executor;

/** Parts of a node whose clients may keep what they like, for tests of other things. Stateless. */
public final class Unbounded {
    private Unbounded() {}

    public static OutboundNode outbound(
            TimerWheel wheel,
            Ticker ticker,
            NonEmptyQueues queues,
            OutboundObserver observer,
            Duration closeTimeout) {
        return new OutboundNode(
                wheel,
                ticker,
                queues,
                Ledger.unbounded().book(Account.OUTBOUND),
                Runnable::run,
                observer,
                closeTimeout,
                LogLimit.none());
    }

    public static PermessageDeflate deflate(
            DeflateSettings settings,
            long heapBytes,
            TimerWheel wheel,
            Executor executor,
            DeflateObserver observer) {
        return new PermessageDeflate(
                settings,
                heapBytes,
                Ledger.unbounded().book(Account.CONTEXTS),
                wheel,
                executor,
                observer,
                LogLimit.none());
    }
}
