package io.highwater.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.outbound.SendQueues.Admission;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SendQueuesTest {
    /** Marks: 100 messages, 1000 bytes. Messages and bytes are with the one that is offered. */
    @ParameterizedTest
    @CsvSource({
        "EVICT,  99,  500, false, QUEUED",
        "EVICT, 100,  500, false, QUEUED",
        "EVICT, 101,  500, false, EVICTED",
        "EVICT,   2,  999, false, QUEUED",
        "EVICT,   2, 1000, false, QUEUED",
        "EVICT,   2, 1001, false, EVICTED",
        "EVICT,   1, 9999, false, QUEUED",
        "PAUSE,  99,  500, false, QUEUED",
        "PAUSE, 100,  500, false, QUEUED",
        "PAUSE, 101,  500, false, QUEUED_ABOVE",
        "PAUSE, 199,  500, true,  QUEUED_ABOVE",
        "PAUSE, 200,  500, true,  QUEUED_ABOVE",
        "PAUSE, 201,  500, true,  REFUSED",
        "PAUSE,   2,  999, false, QUEUED",
        "PAUSE,   2, 1000, false, QUEUED",
        "PAUSE,   2, 1001, false, QUEUED_ABOVE",
        "PAUSE,   2, 1999, true,  QUEUED_ABOVE",
        "PAUSE,   2, 2000, true,  QUEUED_ABOVE",
        "PAUSE,   2, 2001, true,  REFUSED",
        "PAUSE,   1, 9999, false, QUEUED_ABOVE",
        "PAUSE,  60,  500, true,  QUEUED_ABOVE",
    })
    void thePolicyActsAboveTheMarkAndNotAtIt(
            OverflowPolicy policy, int messages, long bytes, boolean above, Admission expected) {
        assertThat(
                        route(new WaterMarks(100, 1000, 50, 500), policy)
                                .admit(1, messages, bytes, above))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"EVICT, QUEUED", "PAUSE, QUEUED"})
    void marksWithoutALimitDoNotOverflow(OverflowPolicy policy, Admission expected) {
        WaterMarks marks = new WaterMarks(Integer.MAX_VALUE, Long.MAX_VALUE, 0, 0);
        assertThat(route(marks, policy).admit(1, Integer.MAX_VALUE, Long.MAX_VALUE, false))
                .isEqualTo(expected);
    }

    private static SendQueues route(WaterMarks marks, OverflowPolicy policy) {
        OutboundNode node =
                new OutboundNode(
                        new TimerWheel(0),
                        () -> 0,
                        new Backlog(),
                        OutboundObserver.NONE,
                        Duration.ofSeconds(10));
        return new SendQueues(new OutboundSettings(marks, policy, Duration.ZERO), node);
    }
}
