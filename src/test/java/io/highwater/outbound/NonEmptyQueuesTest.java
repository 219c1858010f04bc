package io.highwater.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.RecordingWire;
import io.highwater.wire.OutboundFrame;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NonEmptyQueuesTest {
    private final QueueFixture fixture =
            new QueueFixture(OverflowPolicy.EVICT, new WaterMarks(100, 100_000, 2, 50_000));

    @Test
    void aSharedFrameIsRetainedOnce() {
        OutboundFrame shared = OutboundFrame.text("s".repeat(998));
        OutboundFrame own = OutboundFrame.text("o".repeat(98));
        SendQueue first = slow();
        SendQueue second = slow();
        first.offer(shared);
        second.offer(shared);
        second.offer(own);
        assertThat(fixture.queues.size()).isEqualTo(2);
        assertThat(fixture.queues.queuedBytes()).isEqualTo(2 * shared.bytes() + own.bytes());
        assertThat(fixture.queues.retainedBytes()).isEqualTo(shared.bytes() + own.bytes());
    }

    @Test
    void theCopyThatTheWireHoldsIsRetainedToo() {
        OutboundFrame frame = OutboundFrame.text("s".repeat(98));
        fixture.wire.fill();
        fixture.queue.offer(frame);
        fixture.queue.offer(frame);
        fixture.queue.offer(frame);
        assertThat(fixture.queues.retainedBytes()).isEqualTo(100);
        // Two of them are joined to a copy now, which is in flight.
        fixture.readOnce();
        assertThat(fixture.queue.queuedMessages()).isEqualTo(2);
        assertThat(fixture.queues.retainedBytes()).isEqualTo(100 + 200);
        fixture.read();
        assertThat(fixture.queues.retainedBytes()).isZero();
        assertThat(fixture.queues.size()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        // depths 1 to n on so many connections
        "0, 0, 0, 0, 0",
        "0, 1000, 0, 0, 0",
        "1, 1, 1, 1, 1",
        "1, 100, 0, 0, 1",
        "2, 100, 0, 1, 2",
        "5, 100, 0, 4, 5",
        "6, 100, 1, 5, 6",
        "100, 100, 95, 99, 100",
        "100, 1000, 50, 90, 100",
        "10, 5, 10, 10, 10",
    })
    void percentilesAreOfAllConnections(int queues, long connections, int p95, int p99, int max) {
        int[] depths = IntStream.rangeClosed(1, queues).toArray();
        assertThat(DepthSnapshot.of(depths, connections))
                .extracting(DepthSnapshot::p95, DepthSnapshot::p99, DepthSnapshot::max)
                .containsExactly(p95, p99, max);
    }

    @Test
    void depthsAreThoseOfTheQueues() {
        for (int depth : new int[] {1, 7, 3}) {
            SendQueue queue = slow();
            for (int i = 0; i < depth; i++) {
                queue.offer(OutboundFrame.text("x"));
            }
        }
        DepthSnapshot depths = fixture.queues.depths(100);
        assertThat(depths)
                .extracting(DepthSnapshot::p95, DepthSnapshot::p99, DepthSnapshot::max)
                .containsExactly(0, 3, 7);
        assertThat(depths.messages()).isEqualTo(11);
        assertThat(depths.between(0, 1, 3, 6)).containsExactly(97, 1, 1, 0, 1);
    }

    @ParameterizedTest
    @CsvSource({
        // depths 1 to n on so many connections: empty, 1, 2 to 4, more than 4
        "0, 0, 0, 0, 0, 0",
        "0, 7, 7, 0, 0, 0",
        "1, 7, 6, 1, 0, 0",
        "4, 7, 3, 1, 3, 0",
        "9, 9, 0, 1, 3, 5",
        "9, 5, 0, 1, 3, 5",
    })
    void connectionsAreCountedByTheirDepth(
            int queues, long connections, long empty, long one, long four, long more) {
        int[] depths = IntStream.rangeClosed(1, queues).toArray();
        assertThat(DepthSnapshot.of(depths, connections).between(0, 1, 4))
                .containsExactly(empty, one, four, more);
    }

    @Test
    void aQueueIsSlowWhenItStaysAboveItsLowMark() {
        fixture.wire.fill();
        fixture.offerAll(1, 2, OfferResult.ACCEPTED);
        assertThat(slowForASecond()).isZero();
        fixture.offerAll(3, 3, OfferResult.ACCEPTED);
        fixture.ticker.advance(Duration.ofMillis(900), fixture.wheel);
        assertThat(slowForASecond()).isZero();
        fixture.offerAll(4, 4, OfferResult.ACCEPTED);
        fixture.ticker.advance(Duration.ofMillis(100), fixture.wheel);
        assertThat(slowForASecond()).isEqualTo(1);
        fixture.read();
        assertThat(slowForASecond()).isZero();
    }

    private int slowForASecond() {
        return fixture.queues.slowQueues(
                fixture.ticker.nanoTime() - Duration.ofSeconds(1).toNanos());
    }

    private SendQueue slow() {
        RecordingWire wire = new RecordingWire();
        wire.fill();
        return fixture.open(wire);
    }
}
