package io.highwater.backbone.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class AgeMarksTest {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final AgeMarks marks = new AgeMarks(Duration.ofMinutes(15));

    @Test
    void whatTheLogHadReachedAnAgeAgoIsAged() {
        for (int minute = 0; minute < 20; minute++) {
            marks.reached(new StreamId(7, 100 + minute), minute * MINUTE);
        }
        assertThat(marks.takeAged(14 * MINUTE)).isEqualTo(StreamId.NONE);
        assertThat(marks.takeAged(17 * MINUTE)).isEqualTo(new StreamId(7, 102));
        assertThat(marks.takeAged(17 * MINUTE)).as("each is taken once").isEqualTo(StreamId.NONE);
    }

    @Test
    void aLogThatDoesNotMoveIsMarkedOnce() {
        marks.reached(new StreamId(7, 1), 0);
        marks.reached(new StreamId(7, 1), 10 * MINUTE);
        assertThat(marks.takeAged(15 * MINUTE)).isEqualTo(new StreamId(7, 1));
        assertThat(marks.takeAged(60 * MINUTE)).isEqualTo(StreamId.NONE);
    }
}
