package io.highwater.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.outbound.OverflowRule.Verdict;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OverflowRuleTest {
    /** Marks: 100 messages, 1000 bytes. Messages and bytes are with the one that is offered. */
    @ParameterizedTest
    @CsvSource({
        "EVICT,  99,  500, false, FITS",
        "EVICT, 100,  500, false, FITS",
        "EVICT, 101,  500, false, EVICT",
        "EVICT,   2,  999, false, FITS",
        "EVICT,   2, 1000, false, FITS",
        "EVICT,   2, 1001, false, EVICT",
        "EVICT,   1, 9999, false, FITS",
        "PAUSE,  99,  500, false, FITS",
        "PAUSE, 100,  500, false, FITS",
        "PAUSE, 101,  500, false, FITS_ABOVE",
        "PAUSE, 199,  500, true,  FITS_ABOVE",
        "PAUSE, 200,  500, true,  FITS_ABOVE",
        "PAUSE, 201,  500, true,  REFUSE",
        "PAUSE,   2,  999, false, FITS",
        "PAUSE,   2, 1000, false, FITS",
        "PAUSE,   2, 1001, false, FITS_ABOVE",
        "PAUSE,   2, 1999, true,  FITS_ABOVE",
        "PAUSE,   2, 2000, true,  FITS_ABOVE",
        "PAUSE,   2, 2001, true,  REFUSE",
        "PAUSE,   1, 9999, false, FITS_ABOVE",
        "PAUSE,  60,  500, true,  FITS_ABOVE",
    })
    void thePolicyActsAboveTheMarkAndNotAtIt(
            OverflowPolicy policy, int messages, long bytes, boolean above, Verdict expected) {
        assertThat(
                        rule(new WaterMarks(100, 1000, 50, 500), policy)
                                .judge(1, messages, bytes, above))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"EVICT, FITS", "PAUSE, FITS"})
    void marksWithoutALimitDoNotOverflow(OverflowPolicy policy, Verdict expected) {
        WaterMarks marks = new WaterMarks(Integer.MAX_VALUE, Long.MAX_VALUE, 0, 0);
        assertThat(rule(marks, policy).judge(1, Integer.MAX_VALUE, Long.MAX_VALUE, false))
                .isEqualTo(expected);
    }

    private static OverflowRule rule(WaterMarks marks, OverflowPolicy policy) {
        return new OverflowRule(new OutboundSettings(marks, policy, Duration.ZERO));
    }
}
