package io.highwater.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.limits.Account;
import io.highwater.limits.AddressLimits;
import io.highwater.limits.Book;
import io.highwater.limits.Ledger;
import io.highwater.limits.LimitSettings;
import io.highwater.limits.LimitsObserver;
import io.highwater.limits.Payers;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.RecordingWire;
import io.highwater.wire.OutboundFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What queues keep is charged to one account of the node, and what happens where that is full. */
final class OutboundAccountTest {
    private static final long ACCOUNT_BYTES = 100_000;
    private static final WaterMarks MARKS = new WaterMarks(100, 10_000_000, 50, 5_000_000);

    private FakeTicker ticker = new FakeTicker();

    private final Book account =
            new Ledger(
                            new LimitSettings(1, 1, AddressLimits.defaults()),
                            ACCOUNT_BYTES * 5,
                            new Payers(AddressLimits.defaults(), address -> false, () -> 0),
                            LimitsObserver.NONE,
                            this::nanoTime,
                            LogLimit.none())
                    .book(Account.OUTBOUND);

    private long nanoTime() {
        return ticker.nanoTime();
    }

    private static OutboundFrame frame(int bytes) {
        return OutboundFrame.text("x".repeat(bytes));
    }

    private static RecordingWire stuck(QueueFixture fixture) {
        RecordingWire wire = new RecordingWire(fixture.payer);
        wire.takes(() -> false);
        return wire;
    }

    @Test
    void whatWaitsIsChargedUntilItIsWritten() {
        QueueFixture fixture = new QueueFixture(OverflowPolicy.EVICT, MARKS, account);
        fixture.wire.takes(() -> false);

        for (int i = 0; i < 10; i++) {
            fixture.queue.offer(frame(5_000));
        }

        assertThat(account.bytes()).isBetween(50_000L, 53_000L);
        fixture.read();
        assertThat(account.bytes()).isZero();
    }

    @Test
    void whatAnEndedSessionKeptIsChargedNoMore() {
        QueueFixture fixture = new QueueFixture(OverflowPolicy.EVICT, MARKS, account);
        fixture.wire.takes(() -> false);
        for (int i = 0; i < 10; i++) {
            fixture.queue.offer(frame(5_000));
        }

        fixture.queue.onClosed();

        assertThat(account.bytes()).isZero();
    }

    @Test
    void aFrameOfManySessionsIsChargedOnceUntilTheLastHasWrittenIt() {
        QueueFixture fixture = new QueueFixture(OverflowPolicy.EVICT, MARKS, account);
        fixture.wire.takes(() -> false);
        RecordingWire wire = stuck(fixture);
        SendQueue other = fixture.open(wire);
        OutboundFrame shared = frame(20_000).broadcast();

        fixture.queue.offer(shared);
        other.offer(shared);

        assertThat(account.bytes()).isBetween(20_000L, 20_100L);
        fixture.read();
        assertThat(account.bytes()).isBetween(20_000L, 20_100L);
        other.onClosed();
        assertThat(account.bytes()).isZero();
    }

    @Test
    void aFullAccountEndsWhoHasBeenSlowForLongestWhateverThePolicy() {
        for (OverflowPolicy policy : OverflowPolicy.values()) {
            QueueFixture fixture =
                    new QueueFixture(policy, new WaterMarks(100, 10_000_000, 1, 1_000), account);
            ticker = fixture.ticker;
            List<SendQueue> queues = new ArrayList<>();
            List<RecordingWire> wires = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                wires.add(stuck(fixture));
                queues.add(fixture.open(wires.get(i)));
                queues.get(i).offer(frame(15_000));
                queues.get(i).offer(frame(15_000));
                fixture.ticker.advance(Duration.ofSeconds(1), fixture.wheel);
            }

            queues.get(2).offer(frame(15_000));

            assertThat(wires.get(0).failures()).as("%s", policy).hasSize(1);
            assertThat(wires.get(1).failures()).as("%s", policy).isEmpty();
            assertThat(wires.get(2).failures()).as("%s", policy).isEmpty();
            assertThat(account.bytes()).isLessThan(ACCOUNT_BYTES / 8 * 7);
            queues.forEach(SendQueue::onClosed);
            assertThat(account.bytes()).isZero();
        }
    }

    @Test
    void aPressedAccountPausesItsProducersBelowTheirHighWaterMark() {
        QueueFixture fixture = new QueueFixture(OverflowPolicy.PAUSE, MARKS, account);
        fixture.wire.takes(() -> false);
        for (int i = 0; i < 8; i++) {
            assertThat(fixture.queue.offer(frame(10_000))).isEqualTo(OfferResult.ACCEPTED);
        }

        assertThat(fixture.queue.offer(frame(10_000))).isEqualTo(OfferResult.ABOVE_HIGH_WATER);

        assertThat(fixture.queue.isAboveHighWater()).isTrue();
        assertThat(fixture.queue.whenWritable().toCompletableFuture()).isNotDone();
        fixture.read();
        assertThat(fixture.queue.isAboveHighWater()).isFalse();
        assertThat(fixture.events).containsSubsequence("above", "below");
    }
}
