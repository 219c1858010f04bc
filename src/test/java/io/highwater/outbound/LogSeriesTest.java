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
import io.highwater.testing.RecordingWire;
import io.highwater.wire.OutboundFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** What a queue does with messages that the log has, too: DEMOTE. */
final class LogSeriesTest {
    private static final WaterMarks MARKS = new WaterMarks(4, 1_000_000, 2, 500_000);

    private final QueueFixture fixture = new QueueFixture(OverflowPolicy.EVICT, MARKS);
    private final Series first = new Series();
    private final Series second = new Series();

    /** Takes note when the test says so. */
    private static final class Series implements LogSeries<Integer> {
        final List<String> cuts = new ArrayList<>();
        int told;
        boolean cut;

        @Override
        public boolean isCut() {
            return cut;
        }

        @Override
        public void cut(Integer from, Integer to) {
            cut = true;
            cuts.add(from + "-" + to);
        }

        @Override
        public void onCut() {
            told++;
        }
    }

    private OfferResult offer(SendQueue queue, Series series, int position) {
        return offer(queue, series, position, 10);
    }

    private OfferResult offer(SendQueue queue, Series series, int position, int bytes) {
        OutboundFrame frame = OutboundFrame.text("x".repeat(bytes)).broadcast();
        OutboundTurn<Integer> turn =
                OutboundTurn.of(List.of(new TurnMessage<>(frame, null, position)), 0);
        String name = String.valueOf(position);
        return queue.offerWhole(null, turn, series, fixture.completion(name));
    }

    private OfferResult offer(Series series, int position) {
        return offer(fixture.queue, series, position);
    }

    @Test
    void aboveTheMarkAllThatWaitsIsGivenUpAndNothingEnds() {
        fixture.wire.takes(() -> false);
        for (int i = 1; i <= 5; i++) {
            assertThat(offer(first, i)).isEqualTo(OfferResult.ACCEPTED);
        }
        assertThat(first.cuts).isEmpty();

        offer(first, 6);

        assertThat(first.cuts).containsExactly("2-2", "3-3", "4-4", "5-5", "6-6");
        assertThat(first.told).isEqualTo(1);
        assertThat(fixture.failed()).containsExactly("2", "3", "4", "5", "6");
        assertThat(fixture.queue.queuedMessages()).isEqualTo(1);
        assertThat(fixture.wire.failures()).isEmpty();
        assertThat(fixture.events).noneMatch(event -> event.startsWith("observed"));
    }

    @Test
    void nothingIsTakenUntilTheSeriesHasTakenNote() {
        fixture.wire.takes(() -> false);
        for (int i = 1; i <= 6; i++) {
            offer(first, i);
        }
        assertThat(offer(first, 7)).isEqualTo(OfferResult.DROPPED);
        fixture.read();
        assertThat(offer(first, 8)).as("to an idle wire").isEqualTo(OfferResult.DROPPED);
        assertThat(offer(second, 1)).isEqualTo(OfferResult.ACCEPTED);

        first.cut = false;
        assertThat(offer(first, 2)).isEqualTo(OfferResult.ACCEPTED);
        assertThat(fixture.written()).containsExactly("1", "1", "2");
    }

    @Test
    void allSeriesGiveUpForOne() {
        fixture.wire.takes(() -> false);
        offer(first, 1);
        offer(second, 1);
        offer(first, 2);
        offer(second, 2);
        offer(first, 3);
        offer(first, 4);
        assertThat(first.cuts).containsExactly("2-2", "3-3", "4-4");
        assertThat(second.cuts).containsExactly("1-1", "2-2");
        assertThat(second.told).isEqualTo(1);
    }

    @Test
    void theyGiveWayToWhatMustBeSent() {
        fixture.wire.takes(() -> false);
        offer(first, 1);
        offer(first, 2);
        fixture.offerAll(11, 14, OfferResult.ACCEPTED);
        assertThat(first.cuts).containsExactly("2-2");
        assertThat(fixture.wire.failures()).isEmpty();
        fixture.read();
        assertThat(fixture.written()).containsExactly("1", "11", "12", "13", "14");
    }

    @Test
    void oneThatIsLargerThanTheMarkWaitsAlone() {
        fixture.wire.takes(() -> false);
        offer(first, 1);
        assertThat(offer(fixture.queue, first, 2, 2_000_000)).isEqualTo(OfferResult.ACCEPTED);
        assertThat(first.cuts).isEmpty();
        fixture.read();
        assertThat(fixture.written()).containsExactly("1", "2");
    }

    @Test
    void theQueueIsWritableOnceHalfOfWhatIsLeftIsGone() {
        fixture.wire.takes(() -> false);
        for (int i = 1; i <= 6; i++) {
            offer(first, i);
        }
        assertThat(fixture.queue.isWritable()).isFalse();
        fixture.readOnce();
        assertThat(fixture.queue.isWritable()).isTrue();
    }

    @Test
    void largeSharedFramesGoAloneAndAreNotCopied() {
        fixture.wire.takes(() -> false);
        offer(first, 1);
        OutboundFrame large = OutboundFrame.text("x".repeat(10_000)).broadcast();
        fixture.queue.offer(large);
        fixture.offer("small");
        fixture.readOnce();
        assertThat(fixture.wire.writes().get(1)).isSameAs(large);
        fixture.readOnce();
        assertThat(fixture.wire.writes()).hasSize(3);
    }

    /** While another thread writes past the queue, so that nothing is in flight. */
    @Test
    void whoWaitsForAQueueThatHasGivenUpAllIsTold() {
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        fixture.wire.duringWrite(
                () -> {
                    fixture.wire.duringWrite(() -> {});
                    for (int i = 1; i <= 3; i++) {
                        offer(first, i);
                    }
                    waiting.add(fixture.queue.whenWritable().toCompletableFuture());
                    assertThat(waiting.get(0)).isNotDone();
                    fixture.queue.giveUp(Account.OUTBOUND);
                });
        fixture.offer("by another thread");

        assertThat(first.cuts).containsExactly("1-1", "2-2", "3-3");
        assertThat(first.told).isEqualTo(1);
        assertThat(fixture.queue.queuedMessages()).isZero();
        assertThat(waiting.get(0)).isCompleted();
    }

    @Test
    void theSeriesIsToldThoughThereIsNoThread() {
        fixture.executor =
                task -> {
                    throw new RejectedExecutionException("expected by the test");
                };
        fixture.wire.takes(() -> false);
        offer(first, 1);
        offer(first, 2);

        fixture.queue.giveUp(Account.OUTBOUND);

        assertThat(first.cuts).containsExactly("2-2");
        assertThat(first.told).isEqualTo(1);
        assertThat(fixture.failed()).containsExactly("2");
    }

    private QueueFixture withAccount(long bytes) {
        Book[] account = new Book[1];
        QueueFixture[] made = new QueueFixture[1];
        account[0] =
                new Ledger(
                                new LimitSettings(1, 1, AddressLimits.defaults()),
                                bytes * 5,
                                new Payers(AddressLimits.defaults(), address -> false, () -> 0),
                                LimitsObserver.NONE,
                                () -> made[0] == null ? 0 : made[0].ticker.nanoTime(),
                                LogLimit.none())
                        .book(Account.OUTBOUND);
        made[0] =
                new QueueFixture(
                        OverflowPolicy.EVICT, new WaterMarks(100, 10_000_000, 1, 1), account[0]);
        return made[0];
    }

    @Test
    void aFullAccountTakesTheseBackBeforeItEndsAnybody() {
        QueueFixture full = withAccount(100_000);
        RecordingWire otherWire = new RecordingWire(full.payer);
        otherWire.takes(() -> false);
        SendQueue other = full.open(otherWire);
        full.wire.takes(() -> false);
        for (int i = 0; i < 4; i++) {
            other.offer(OutboundFrame.text("x".repeat(15_000)));
        }
        full.ticker.advance(Duration.ofSeconds(1), full.wheel);
        for (int i = 1; i <= 4; i++) {
            offer(full.queue, first, i, 15_000);
        }

        assertThat(first.cuts).containsExactly("2-2", "3-3");
        assertThat(otherWire.failures()).isEmpty();
        assertThat(full.wire.failures()).isEmpty();
        assertThat(full.account.bytes()).isLessThan(100_000);
    }

    @Test
    void whatIsInFlightOfALogEndsNobody() {
        QueueFixture full = withAccount(100_000);
        List<RecordingWire> wires = new ArrayList<>();
        // Three quarters: no more pieces of a log are made from there on.
        for (int i = 0; i < 5; i++) {
            RecordingWire wire = new RecordingWire(full.payer);
            wire.takes(() -> false);
            wires.add(wire);
            offer(full.open(wire), new Series(), i, 15_000);
        }
        full.ticker.advance(Duration.ofSeconds(10), full.wheel);
        RecordingWire keptWire = new RecordingWire(full.payer);
        keptWire.takes(() -> false);
        SendQueue kept = full.open(keptWire);
        for (int i = 0; i < 3; i++) {
            kept.offer(OutboundFrame.text("x".repeat(9_000)));
            full.ticker.advance(Duration.ofSeconds(1), full.wheel);
        }

        assertThat(wires).allSatisfy(wire -> assertThat(wire.failures()).isEmpty());
        assertThat(keptWire.failures()).hasSize(1);
    }
}
