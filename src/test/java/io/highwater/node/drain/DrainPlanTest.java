package io.highwater.node.drain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DrainPlanTest {
    private static final Duration WINDOW = Duration.ofHours(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofMinutes(5);

    private static DrainPlan plan(int sessions, long startNanos) {
        return DrainPlan.of(sessions, startNanos, WINDOW, CLOSE_TIMEOUT);
    }

    /** Wherever the ticker's values are. */
    @ParameterizedTest
    @CsvSource({
        "0, PT0S, 1",
        "0, PT15M, 51",
        "0, PT30M, 101",
        "0, PT59M59.999S, 200",
        "0, PT1H, 200",
        "0, PT9H, 200",
        "9223372036854775807, PT15M, 51",
        "-9223372036854775808, PT1H, 200"
    })
    void sessionsAreDueEvenlyOverTheWindow(long startNanos, Duration after, int due) {
        assertThat(plan(200, startNanos).due(startNanos + after.toNanos())).isEqualTo(due);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2_000_000})
    void withoutAWindowAllAreDueAtOnce(int sessions) {
        assertThat(DrainPlan.of(sessions, 7, Duration.ZERO, CLOSE_TIMEOUT).due(7))
                .isEqualTo(sessions);
    }

    @Test
    void noMoreIsDueThanThereWere() {
        assertThat(plan(0, 0).due(0)).isZero();
        assertThat(plan(1, 0).due(WINDOW.toNanos() - 1)).isEqualTo(1);
    }

    @Test
    void itIsOverWhenTheLastHadTheCloseTimeoutAndASecond() {
        long last = Long.MAX_VALUE - 5;
        long patience = CLOSE_TIMEOUT.plusSeconds(1).toNanos();
        assertThat(plan(9, 0).isOver(last, last + patience - 1)).isFalse();
        assertThat(plan(9, 0).isOver(last, last + patience)).isTrue();
    }
}
