package io.highwater.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.RecordingWire;
import io.highwater.testing.RecordingWire.Failure;
import io.highwater.testing.Unbounded;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.OutboundFrame;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SendQueueTest {
    private static final WaterMarks MARKS = new WaterMarks(10, 10_000, 5, 5_000);
    private static final CloseStatus BYE = new CloseStatus(CloseStatus.GOING_AWAY, "bye");

    private QueueFixture fixture = new QueueFixture(OverflowPolicy.EVICT, MARKS);

    @AfterEach
    void theWireWasCalledAsItsContractSays() {
        assertThat(fixture.wire.violations()).isEmpty();
    }

    @Test
    void anIdleWireIsWrittenByTheOfferer() {
        assertThat(fixture.offer("a")).isEqualTo(OfferResult.ACCEPTED);
        assertThat(fixture.wire.messages()).containsExactly("a");
        assertThat(fixture.events).containsExactly("written a");
        assertThat(fixture.queue.queuedMessages()).isZero();
        assertThat(fixture.queues.size()).isZero();
    }

    @Test
    void whatIsInFlightCountsAsQueuedUntilItIsWritten() {
        fixture.wire.fill();
        OutboundFrame frame = OutboundFrame.text("abc");
        fixture.queue.offer(frame);
        assertThat(fixture.queue.queuedMessages()).isEqualTo(1);
        assertThat(fixture.queue.queuedBytes()).isEqualTo(frame.bytes());
        assertThat(fixture.queues.queuedBytes()).isEqualTo(frame.bytes());
        fixture.read();
        assertThat(fixture.queue.queuedMessages()).isZero();
        assertThat(fixture.queue.queuedBytes()).isZero();
        assertThat(fixture.queues.queuedBytes()).isZero();
        assertThat(fixture.queues.size()).isZero();
    }

    @Test
    void whatWaitedLeavesInOrderInOneWrite() {
        fixture.wire.fill();
        fixture.offerAll(1, 6, OfferResult.ACCEPTED);
        assertThat(fixture.wire.messages()).containsExactly("1");
        assertThat(fixture.events).isEmpty();
        fixture.read();
        assertThat(fixture.wire.writes()).hasSize(2);
        assertThat(fixture.wire.messages()).containsExactly("1", "2", "3", "4", "5", "6");
        assertThat(fixture.events)
                .containsExactly(
                        "written 1",
                        "written 2",
                        "written 3",
                        "written 4",
                        "written 5",
                        "written 6");
    }

    @Test
    void aWriteHasUpTo64KiBUnlessOneMessageIsLarger() {
        fixture = new QueueFixture(OverflowPolicy.EVICT, WaterMarks.defaults());
        fixture.wire.fill();
        fixture.offer("first");
        int header = 4;
        int half = 32 * 1024 - header;
        for (int size : new int[] {half, half, half, half + 1, 100_000, 3, 3}) {
            fixture.queue.offer(OutboundFrame.binary(ByteBuffer.allocate(size)));
        }
        fixture.read();
        assertThat(fixture.wire.writes().stream().skip(1).map(OutboundFrame::bytes))
                .containsExactly(
                        64 * 1024, half + header, half + 1 + header, 100_000 + 10, 2 * (3 + 2));
    }

    @Test
    void anAnswerThatComesBeforeTheWriteReturnsIsNotLost() {
        fixture.wire.fill();
        fixture.wire.duringWrite(
                () -> {
                    if (fixture.wire.empty()) {
                        fixture.queue.onWritable();
                    }
                });
        fixture.offerAll(1, 3, OfferResult.ACCEPTED);
        assertThat(fixture.wire.messages()).containsExactly("1", "2", "3");
        assertThat(fixture.events).containsExactly("written 1", "written 2", "written 3");
        assertThat(fixture.queues.size()).isZero();
    }

    @Test
    void anAnswerThatComesBeforeTheWriteOfSeveralReturnsIsNotLost() {
        fixture.wire.fill();
        fixture.offerAll(1, 3, OfferResult.ACCEPTED);
        fixture.wire.duringWrite(
                () -> {
                    if (fixture.wire.empty()) {
                        fixture.queue.onWritable();
                    }
                });
        fixture.readOnce();
        assertThat(fixture.wire.messages()).containsExactly("1", "2", "3");
        assertThat(fixture.events).hasSize(3);
        assertThat(fixture.queue.queuedMessages()).isZero();
    }

    @Test
    void anOfferFromACompletionIsWrittenAtOnceAndDoesNotPileUp() {
        int messages = 50_000;
        AtomicInteger written = new AtomicInteger();
        SendCompletion next =
                new SendCompletion() {
                    @Override
                    public void onWritten() {
                        if (written.incrementAndGet() < messages) {
                            fixture.queue.offer(OutboundFrame.text("again"), this);
                        }
                    }

                    @Override
                    public void onFailed(Throwable cause) {
                        throw new AssertionError(cause);
                    }
                };
        fixture.queue.offer(OutboundFrame.text("again"), next);
        assertThat(written).hasValue(messages);
        assertThat(fixture.wire.writes()).hasSize(messages);
    }

    @Test
    void aCompletionThatOffersMoreThanTheHighMarkEvictsNobodyWhoReads() {
        fixture.queue.offer(
                OutboundFrame.text("start"),
                new SendCompletion() {
                    @Override
                    public void onWritten() {
                        fixture.offerAll(1, 100, OfferResult.ACCEPTED);
                    }

                    @Override
                    public void onFailed(Throwable cause) {
                        throw new AssertionError(cause);
                    }
                });
        assertThat(fixture.wire.messages()).hasSize(101);
    }

    @Test
    void aCompletionThatThrowsHindersNoOther() {
        fixture.wire.fill();
        fixture.queue.offer(
                OutboundFrame.text("bad"),
                new SendCompletion() {
                    @Override
                    public void onWritten() {
                        throw new IllegalStateException("a completion that fails on purpose");
                    }

                    @Override
                    public void onFailed(Throwable cause) {
                        throw new AssertionError(cause);
                    }
                });
        fixture.offer("good");
        fixture.read();
        assertThat(fixture.events).containsExactly("written good");
        assertThat(fixture.offer("later")).isEqualTo(OfferResult.ACCEPTED);
    }

    @Test
    void aBoundedQueueEvictsWhoeverDoesNotRead() {
        fixture.wire.fill();
        fixture.offerAll(1, 10, OfferResult.ACCEPTED);
        CompletionStage<Void> writable = fixture.queue.whenWritable();
        assertThat(fixture.offer("11")).isEqualTo(OfferResult.CLOSED);
        assertThat(fixture.wire.failures())
                .containsExactly(
                        new Failure(
                                new CloseStatus(1013, "slow consumer"), Duration.ofSeconds(30)));
        assertThat(fixture.events).hasSize(13);
        assertThat(fixture.events.subList(0, 11))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 11)
                                .mapToObj(i -> "failed " + i + " SlowConsumerException")
                                .toList());
        assertThat(fixture.events.subList(11, 13))
                .containsExactly("observed evicted EVICT", "evicted 10");
        assertThat(writable.toCompletableFuture())
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withMessageContaining("10 messages, 31 bytes");
        assertThat(fixture.queues.size()).isZero();
        assertThat(fixture.queues.queuedBytes()).isZero();
        assertThat(fixture.queue.queuedMessages()).isZero();
        fixture.queue.onClosed();
        assertThat(fixture.queue.lostMessages()).isEqualTo(10);
        assertThat(fixture.offer("12")).isEqualTo(OfferResult.CLOSED);
        fixture.read();
        assertThat(fixture.wire.messages()).containsExactly("1");
    }

    @Test
    void aPausedProducerIsToldAndRefusedAtTwiceTheMarkUntilTheLowMarkIsReached() {
        fixture = new QueueFixture(OverflowPolicy.PAUSE, MARKS);
        fixture.wire.fill();
        fixture.offerAll(1, 10, OfferResult.ACCEPTED);
        assertThat(fixture.events).isEmpty();
        fixture.offerAll(11, 20, OfferResult.ABOVE_HIGH_WATER);
        assertThat(fixture.events).containsExactly("above");
        assertThat(fixture.offer("21")).isEqualTo(OfferResult.DROPPED);
        assertThat(fixture.events)
                .containsExactly(
                        "above", "observed dropped PAUSE", "failed 21 SlowConsumerException");
        fixture.events.clear();
        // One message is in flight; when it is read, the other nineteen are.
        fixture.readOnce();
        assertThat(fixture.offer("22")).isEqualTo(OfferResult.ABOVE_HIGH_WATER);
        assertThat(fixture.events).containsExactly("written 1");
        fixture.readOnce();
        assertThat(fixture.events).hasSize(21).contains("below");
        assertThat(fixture.offer("23")).isEqualTo(OfferResult.ACCEPTED);
        assertThat(fixture.wire.failures()).isEmpty();
        fixture.read();
        assertThat(fixture.wire.messages())
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 23)
                                .filter(i -> i != 21)
                                .mapToObj(Integer::toString)
                                .toList());
    }

    @Test
    void aboveAndBelowAlternateStrictly() {
        fixture = new QueueFixture(OverflowPolicy.PAUSE, MARKS);
        for (int round = 0; round < 5; round++) {
            fixture.wire.fill();
            for (int i = 0; i < 15; i++) {
                fixture.queue.offer(OutboundFrame.text("x"));
            }
            fixture.read();
        }
        assertThat(fixture.events)
                .containsExactly(
                        "above", "below", "above", "below", "above", "below", "above", "below",
                        "above", "below");
    }

    @Test
    void whatAListenerDoesWhileItIsToldIsToldAfterwards() {
        fixture = new QueueFixture(OverflowPolicy.PAUSE, MARKS);
        RecordingWire wire = new RecordingWire();
        wire.fill();
        List<String> told = new java.util.ArrayList<>();
        SendQueue[] queue = new SendQueue[1];
        OutboundNode node =
                Unbounded.outbound(
                        fixture.wheel,
                        fixture.ticker,
                        fixture.queues,
                        OutboundObserver.NONE,
                        Duration.ofSeconds(10));
        queue[0] =
                new SendQueues(
                                new OutboundSettings(MARKS, OverflowPolicy.PAUSE, Duration.ZERO),
                                node)
                        .open(
                                wire,
                                new SendQueueListener() {
                                    @Override
                                    public void onAboveHighWater() {
                                        told.add("above {");
                                        wire.takes(() -> true);
                                        wire.empty();
                                        queue[0].onWritable();
                                        told.add("}");
                                    }

                                    @Override
                                    public void onBelowLowWater() {
                                        told.add("below");
                                    }
                                });
        for (int i = 0; i < 11; i++) {
            queue[0].offer(OutboundFrame.text("x"));
        }
        assertThat(told).containsExactly("above {", "}", "below");
        assertThat(wire.messages()).hasSize(11);
    }

    @Test
    void aMessageLargerThanTheMarkIsTakenByAnEmptyQueue() {
        for (OverflowPolicy policy : OverflowPolicy.values()) {
            fixture = new QueueFixture(policy, MARKS);
            String large = "x".repeat(50_000);
            assertThat(fixture.offer(large)).isEqualTo(OfferResult.ACCEPTED);
            fixture.wire.fill();
            OfferResult stuck = fixture.offer(large);
            assertThat(stuck)
                    .isEqualTo(
                            policy == OverflowPolicy.PAUSE
                                    ? OfferResult.ABOVE_HIGH_WATER
                                    : OfferResult.ACCEPTED);
            OfferResult next = fixture.offer("next");
            assertThat(next)
                    .isEqualTo(
                            switch (policy) {
                                case EVICT -> OfferResult.CLOSED;
                                case PAUSE -> OfferResult.DROPPED;
                                case LATEST -> OfferResult.ACCEPTED;
                            });
        }
    }

    @Test
    void whenWritableCompletesAtTheLowMark() {
        assertThat(fixture.queue.whenWritable().toCompletableFuture()).isCompleted();
        fixture.wire.fill();
        fixture.offerAll(1, 5, OfferResult.ACCEPTED);
        assertThat(fixture.queue.whenWritable().toCompletableFuture()).isCompleted();
        assertThat(fixture.queue.isWritable()).isTrue();
        fixture.offerAll(6, 6, OfferResult.ACCEPTED);
        CompletionStage<Void> writable = fixture.queue.whenWritable();
        assertThat(writable.toCompletableFuture()).isNotDone();
        assertThat(fixture.queue.isWritable()).isFalse();
        // Five are left, all in flight.
        fixture.readOnce();
        assertThat(writable.toCompletableFuture()).isCompleted();
        assertThat(fixture.queue.queuedMessages()).isEqualTo(5);
    }

    @Test
    void closeWaitsForWhatIsQueuedAndRefusesTheRest() {
        fixture.wire.fill();
        fixture.offerAll(1, 3, OfferResult.ACCEPTED);
        fixture.queue.close(BYE);
        fixture.queue.close(CloseStatus.of(CloseStatus.NORMAL));
        assertThat(fixture.offer("late")).isEqualTo(OfferResult.CLOSED);
        assertThat(fixture.queue.isWritable()).isFalse();
        assertThat(fixture.events).containsExactly("failed late ClosedChannelException");
        assertThat(fixture.wire.closes()).isEmpty();
        fixture.read();
        assertThat(fixture.wire.messages()).containsExactly("1", "2", "3");
        assertThat(fixture.wire.closes()).containsExactly(BYE);
        assertThat(fixture.events).contains("written 1", "written 2", "written 3");
        fixture.ticker.advance(Duration.ofSeconds(20), fixture.wheel);
        assertThat(fixture.wire.failures()).isEmpty();
    }

    @Test
    void anIdleQueueClosesAtOnce() {
        fixture.queue.close(BYE);
        assertThat(fixture.wire.closes()).containsExactly(BYE);
        assertThat(fixture.offer("late")).isEqualTo(OfferResult.CLOSED);
        assertThat(fixture.queue.whenWritable().toCompletableFuture())
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(ClosedChannelException.class);
    }

    @Test
    void aCloseFromWithinAWriteFollowsThatWrite() {
        fixture.wire.duringWrite(() -> fixture.queue.close(BYE));
        fixture.offer("last");
        assertThat(fixture.wire.messages()).containsExactly("last");
        assertThat(fixture.wire.closes()).containsExactly(BYE);
        assertThat(fixture.events).containsExactly("written last");
    }

    @Test
    void whatAPeerDoesNotReadAfterCloseIsDroppedAtTheCloseTimeout() {
        fixture.wire.fill();
        fixture.offerAll(1, 3, OfferResult.ACCEPTED);
        fixture.queue.close(BYE);
        fixture.ticker.advance(Duration.ofMillis(9_900), fixture.wheel);
        assertThat(fixture.wire.failures()).isEmpty();
        fixture.ticker.advance(Duration.ofMillis(200), fixture.wheel);
        assertThat(fixture.wire.failures()).containsExactly(new Failure(BYE, Duration.ZERO));
        assertThat(fixture.events)
                .containsExactly(
                        "failed 1 ClosedChannelException",
                        "failed 2 ClosedChannelException",
                        "failed 3 ClosedChannelException");
        assertThat(fixture.queues.queuedBytes()).isZero();
    }

    @Test
    void theEndOfTheSessionFailsWhatIsQueued() {
        fixture.wire.fill();
        fixture.offerAll(1, 6, OfferResult.ACCEPTED);
        CompletionStage<Void> writable = fixture.queue.whenWritable();
        fixture.queue.onClosed();
        fixture.queue.onClosed();
        assertThat(fixture.events)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 6)
                                .mapToObj(i -> "failed " + i + " ClosedChannelException")
                                .toList());
        assertThat(writable.toCompletableFuture()).isCompletedExceptionally();
        assertThat(fixture.offer("late")).isEqualTo(OfferResult.CLOSED);
        fixture.read();
        assertThat(fixture.wire.messages()).containsExactly("1");
        assertThat(fixture.queues.size()).isZero();
        assertThat(fixture.queues.queuedBytes()).isZero();
        fixture.queue.close(BYE);
        assertThat(fixture.wire.closes()).isEmpty();
    }

    @Test
    void aWireThatThrowsEndsTheSessionAndLeavesNothingUnanswered() {
        fixture.wire.fill();
        fixture.offerAll(1, 4, OfferResult.ACCEPTED);
        fixture.wire.takes(
                () -> {
                    throw new IllegalStateException("a wire that fails on purpose");
                });
        fixture.wire.empty();
        fixture.queue.onWritable();
        assertThat(fixture.events).hasSize(4).first().isEqualTo("written 1");
        assertThat(fixture.events.subList(1, 4)).allMatch(event -> event.startsWith("failed"));
        assertThat(fixture.wire.failures())
                .containsExactly(
                        new Failure(CloseStatus.of(CloseStatus.INTERNAL_ERROR), Duration.ZERO));
        assertThat(fixture.offer("late")).isEqualTo(OfferResult.CLOSED);
    }

    @Test
    void latencyRunsFromTheOfferToTheCompletedWrite() {
        fixture.offer("fast");
        fixture.wire.fill();
        fixture.offer("in flight");
        fixture.ticker.advance(Duration.ofMillis(7));
        fixture.offer("queued");
        fixture.ticker.advance(Duration.ofMillis(5));
        fixture.read();
        assertThat(fixture.latencies).containsExactly(0L, 12_000_000L, 5_000_000L);
    }

    @Test
    void aBroadcastCountsWhatBecameOfIt() {
        fixture = new QueueFixture(OverflowPolicy.PAUSE, MARKS);
        SendQueue reading = fixture.queue;
        SendQueue gone = fixture.open(new RecordingWire());
        gone.onClosed();
        SendQueue above = slow(10);
        SendQueue full = slow(20);
        Broadcast sent =
                Broadcast.offer(OutboundFrame.text("hi"), List.of(reading, gone, above, full));
        assertThat(sent).isEqualTo(new Broadcast(1, 1, 1, 1));
        assertThat(sent.offered()).isEqualTo(4);
    }

    private SendQueue slow(int messages) {
        RecordingWire wire = new RecordingWire();
        wire.fill();
        SendQueue queue = fixture.open(wire);
        for (int i = 0; i < messages; i++) {
            queue.offer(OutboundFrame.text("x"));
        }
        return queue;
    }
}
