package io.highwater.backbone.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class BackoffTest {
    private final Backoff backoff =
            new Backoff(Duration.ofMillis(50), Duration.ofSeconds(2), new SplittableRandom(7));

    @Test
    void eachDelayIsBetweenHalfAndWholeOfOneThatDoublesUpToTheLimit() {
        long whole = 50;
        for (int i = 0; i < 40; i++) {
            assertThat(backoff.failed().toMillis()).isBetween(whole / 2, whole);
            whole = Math.min(2_000, whole * 2);
        }
        assertThat(backoff.failures()).isEqualTo(40);
    }

    @Test
    void aSuccessBeginsAnew() {
        for (int i = 0; i < 10; i++) {
            Duration unused = backoff.failed();
        }
        backoff.succeeded();
        assertThat(backoff.failures()).isZero();
        assertThat(backoff.failed()).isLessThanOrEqualTo(Duration.ofMillis(50));
    }
}
