package io.highwater.channel;

import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * What a hub has of its node. Immutable; its parts are thread-safe.
 *
 * @param shards one executor for each shard, which runs the shard's work on any thread but the
 *     caller's; about one per core
 * @param burst told when a shard delivers to many subscribers
 * @param names the account of the channels, and of the commands that wait for a shard; while it is
 *     full, no new one is accepted
 * @param sending the account of what queues keep, in which what subscribers missed needs room
 * @param mostNames the most names of clients that a subscriber may be told at once
 * @param others told who is here, and asked who is there
 * @param logs limits how often failures of subscribers and others are logged
 */
public record HubNode(
        List<Executor> shards,
        DeliveryBurst burst,
        Book names,
        Book sending,
        int mostNames,
        Ticker ticker,
        TimerWheel wheel,
        OtherNodes others,
        ChannelObserver observer,
        LogLimit logs) {
    public HubNode {
        shards = List.copyOf(shards);
    }

    /** Without write bursts, and without a limit on the memory of channels. */
    static HubNode unbounded(List<? extends Executor> shards, ChannelObserver observer) {
        Ticker ticker = Ticker.system();
        return new HubNode(
                List.copyOf(shards),
                DeliveryBurst.NONE,
                Ledger.unbounded().book(Account.NAMES),
                Ledger.unbounded().book(Account.OUTBOUND),
                Integer.MAX_VALUE,
                ticker,
                new TimerWheel(ticker.nanoTime()),
                OtherNodes.NONE,
                observer,
                LogLimit.none());
    }
}
