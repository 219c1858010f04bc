package io.highwater.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.wire.OutboundFrame;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OutboundTurnTest {
    private static final WaterMarks MARKS = new WaterMarks(10, 10_000, 5, 5_000);

    private static final String[] THIRTY = " ,".repeat(30).split(",");

    private final QueueFixture fixture = new QueueFixture(OverflowPolicy.EVICT, MARKS);
    private final TestSeries source = new TestSeries("a", 1);

    @Test
    void anIdleWireIsWrittenTheJoinedFrameItself() {
        OutboundTurn<Long> turn = source.turn("x", "y", "z");
        assertThat(fixture.queue.offer(turn)).isEqualTo(OfferResult.ACCEPTED);
        assertThat(fixture.wire.writes()).hasSize(1);
        assertThat(fixture.wire.writes().get(0)).isSameAs(turn.joined());
        assertThat(fixture.wire.messages()).containsExactly("a:1:x", "a:2:y", "a:3:z");
        OutboundTurn<Long> one = source.turn("x");
        assertThat(one.joined()).isSameAs(one.messages().get(0).frame());
    }

    @Test
    void aTurnThatSticksCountsAllItsMessagesAndItsBytesOnce() {
        fixture.wire.fill();
        OutboundTurn<Long> turn = source.turn("x", "y", "z");
        fixture.queue.offer(turn);
        assertThat(fixture.queue.queuedMessages()).isEqualTo(3);
        assertThat(fixture.queue.queuedBytes()).isEqualTo(turn.joined().bytes());
        assertThat(fixture.queues.retainedBytes()).isEqualTo(turn.joined().bytes());
        fixture.read();
        assertThat(fixture.queue.queuedMessages()).isZero();
        assertThat(fixture.queues.queuedBytes()).isZero();
        assertThat(fixture.queues.size()).isZero();
    }

    @Test
    void aTurnThatWaitsIsQueuedPartByPart() {
        fixture.wire.fill();
        fixture.offer("first");
        OutboundTurn<Long> turn = source.turn("x", "y", "z");
        assertThat(fixture.queue.offer(turn)).isEqualTo(OfferResult.ACCEPTED);
        assertThat(fixture.queue.queuedMessages()).isEqualTo(4);
        SendQueue other = fixture.open(full());
        other.offer(OutboundFrame.text("own"));
        other.offer(turn);
        // Shared by two queues, on the heap once.
        assertThat(fixture.queues.retainedBytes()).isEqualTo(turn.joined().bytes() + 7 + 5);
        fixture.read();
        assertThat(fixture.wire.messages()).containsExactly("first", "a:1:x", "a:2:y", "a:3:z");
    }

    @Test
    void aTurnIsTakenWholeOrEvicts() {
        fixture.wire.fill();
        fixture.offerAll(1, 8, OfferResult.ACCEPTED);
        assertThat(fixture.queue.offer(source.turn("x", "y"))).isEqualTo(OfferResult.ACCEPTED);
        assertThat(fixture.queue.offer(source.turn("z"))).isEqualTo(OfferResult.CLOSED);
        assertThat(fixture.events).contains("observed evicted EVICT", "evicted 10");
    }

    @Test
    void aTurnLargerThanTheMarkIsTakenByAnEmptyQueue() {
        fixture.wire.fill();
        assertThat(fixture.queue.offer(source.turn(THIRTY))).isEqualTo(OfferResult.ACCEPTED);
        assertThat(fixture.queue.offer(source.turn("x"))).isEqualTo(OfferResult.CLOSED);
    }

    @Test
    void latencyRunsFromTheAppendOfTheTurn() {
        long appended = fixture.ticker.nanoTime();
        fixture.ticker.advance(Duration.ofMillis(3));
        OutboundTurn<Long> turn =
                new OutboundTurn<>(
                        OutboundFrame.text("x"),
                        List.of(new TurnMessage<>(OutboundFrame.text("x"), null, 1L)),
                        appended);
        fixture.queue.offer(turn);
        fixture.wire.fill();
        fixture.queue.offer(turn);
        fixture.queue.offer(turn);
        fixture.ticker.advance(Duration.ofMillis(4));
        fixture.read();
        assertThat(fixture.latencies).containsExactly(3_000_000L, 7_000_000L, 7_000_000L);
    }

    private static io.highwater.testing.RecordingWire full() {
        io.highwater.testing.RecordingWire wire = new io.highwater.testing.RecordingWire();
        wire.fill();
        return wire;
    }
}
