package io.highwater.outbound;

import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.RecordingWire;
import io.highwater.time.TimerWheel;
import io.highwater.wire.OutboundFrame;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/** A queue before a {@link RecordingWire}, with everything it tells recorded in order. */
final class QueueFixture {
    final FakeTicker ticker = new FakeTicker();
    final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
    final NonEmptyQueues queues = new NonEmptyQueues();

    /** What earlier tests have left behind is not its own. */
    final Payer payer = Ledger.unbounded().payers().of(InetAddress.getLoopbackAddress());

    final RecordingWire wire = new RecordingWire(payer);
    final List<String> events = new ArrayList<>();
    final List<Long> latencies = new ArrayList<>();
    final SendQueue queue;
    final Book account;

    /** Runs what the callers have no time for. */
    Executor executor = Runnable::run;

    private final OutboundNode node;
    private final OutboundSettings settings;

    QueueFixture(OverflowPolicy policy, WaterMarks marks) {
        this(policy, marks, Ledger.unbounded().book(Account.OUTBOUND));
    }

    /**
     * @param account what all its queues may keep
     */
    QueueFixture(OverflowPolicy policy, WaterMarks marks, Book account) {
        this.account = account;
        node =
                new OutboundNode(
                        wheel,
                        ticker,
                        queues,
                        account,
                        task -> executor.execute(task),
                        new OutboundObserver() {
                            @Override
                            public void onEvicted(OverflowPolicy evicted) {
                                events.add("observed evicted " + evicted);
                            }

                            @Override
                            public void onDropped(OverflowPolicy dropped, int messages) {
                                events.add("observed dropped " + dropped);
                            }

                            @Override
                            public void onLatencyNanos(long nanos) {
                                latencies.add(nanos);
                            }
                        },
                        Duration.ofSeconds(10),
                        LogLimit.none());
        settings = new OutboundSettings(marks, policy, Duration.ofSeconds(30));
        queue = open(wire);
    }

    /** Another queue of the same node and route. */
    SendQueue open(RecordingWire other) {
        return new SendQueues(settings, node, LatencySample.ALL)
                .open(
                        other,
                        new SendQueueListener() {
                            @Override
                            public void onAboveHighWater() {
                                events.add("above");
                            }

                            @Override
                            public void onBelowLowWater() {
                                events.add("below");
                            }

                            @Override
                            public void onEvicted(SlowConsumerException evidence) {
                                events.add("evicted " + evidence.queuedMessages());
                            }
                        });
    }

    OfferResult offer(String text) {
        return queue.offer(OutboundFrame.text(text), completion(text));
    }

    /** Offers of "1", "2" and so on, all of which must answer {@code expected}. */
    void offerAll(int from, int to, OfferResult expected) {
        for (int i = from; i <= to; i++) {
            OfferResult result = offer(Integer.toString(i));
            if (result != expected) {
                throw new AssertionError("offer " + i + " answered " + result);
            }
        }
    }

    SendCompletion completion(String name) {
        return new SendCompletion() {
            @Override
            public void onWritten() {
                events.add("written " + name);
            }

            @Override
            public void onFailed(Throwable cause) {
                events.add("failed " + name + " " + cause.getClass().getSimpleName());
            }
        };
    }

    /** The names whose completion heard onWritten, in order. */
    List<String> written() {
        return named("written ");
    }

    /** The names whose completion heard onFailed, in order. */
    List<String> failed() {
        return named("failed ");
    }

    private List<String> named(String what) {
        return events.stream()
                .filter(event -> event.startsWith(what))
                .map(event -> event.split(" ")[1])
                .toList();
    }

    /** The peer reads all, and reads on. */
    void read() {
        wire.takes(() -> true);
        readOnce();
    }

    /** The peer reads what is in flight; the wire is as full as before after the next write. */
    void readOnce() {
        if (wire.empty()) {
            queue.onWritable();
        }
    }
}
