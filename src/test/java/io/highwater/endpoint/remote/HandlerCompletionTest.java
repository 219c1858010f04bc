package io.highwater.endpoint.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.limits.Account;
import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import io.highwater.outbound.NonEmptyQueues;
import io.highwater.outbound.OutboundNode;
import io.highwater.outbound.OutboundObserver;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.ManualExecutor;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class HandlerCompletionTest {
    private final AtomicInteger failures = new AtomicInteger();
    private final ManualExecutor executor = new ManualExecutor();
    private final FakeTicker ticker = new FakeTicker();
    private final OutboundNode node =
            new OutboundNode(
                    new TimerWheel(ticker.nanoTime()),
                    ticker,
                    new NonEmptyQueues(),
                    Ledger.unbounded().book(Account.OUTBOUND),
                    Runnable::run,
                    new OutboundObserver() {
                        @Override
                        public void onListenerFailed() {
                            failures.incrementAndGet();
                        }
                    },
                    Duration.ofSeconds(10),
                    LogLimit.none());

    /** As of all that had to wait. */
    @Test
    void aHandlerThatThrowsOnAThreadOfItsOwnIsCountedToo() {
        HandlerCompletion completion =
                new HandlerCompletion(
                        result -> {
                            throw new IllegalStateException("thrown by a test");
                        },
                        new Thread(),
                        executor,
                        node);
        completion.onWritten();
        assertThat(failures).hasValue(0);
        executor.runAll();
        assertThat(failures).hasValue(1);
    }
}
