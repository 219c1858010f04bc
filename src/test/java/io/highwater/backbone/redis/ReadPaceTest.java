package io.highwater.backbone.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ReadPaceTest {
    private final ReadPace pace = new ReadPace();

    @Test
    void aReaderThatIsBehindCatchesUpInAFewReadsAndThenAsksForLittleAgain() {
        int reads = 0;
        while (pace.count() < ReadPace.MOST_ENTRIES) {
            pace.onRead(pace.count(), pace.count(), 0, 1);
            reads++;
        }
        assertThat(reads).isEqualTo(7);
        pace.onRead(1, 1, 0, 1);
        assertThat(pace.count()).isEqualTo(ReadPace.LEAST_ENTRIES);
    }

    @Test
    void anAnswerIsBoundedByTheSizeOfWhatCameLast() {
        int large = 64 << 10;
        for (int i = 0; i < 10; i++) {
            int entries = 16 * pace.count();
            pace.onRead(entries, pace.count(), (long) entries * large, 16);
        }
        assertThat(16L * pace.count() * large).isBetween(1L << 20, 4L << 20);
    }

    @Test
    void itAsksForOneEntryAtLeastHoweverLargeTheyAre() {
        pace.onRead(16, 1, 16L << 30, 16);
        assertThat(pace.count()).isEqualTo(1);
    }

    @Test
    void itLingersUnderLoadUpToTenMillisAndNotWithoutLoad() {
        assertThat(pace.linger()).isEqualTo(Duration.ZERO);
        pace.onRead(16, 1, 0, 16);
        assertThat(pace.linger()).isEqualTo(Duration.ofMillis(1));
        for (int i = 0; i < 20; i++) {
            pace.onRead(100, 10, 0, 16);
        }
        assertThat(pace.linger()).isEqualTo(Duration.ofMillis(10));
        pace.onRead(8, 1, 0, 16);
        assertThat(pace.linger()).as("neither much nor little").isEqualTo(Duration.ofMillis(10));
        for (int i = 0; i < 10; i++) {
            pace.onRead(3, 1, 0, 16);
        }
        assertThat(pace.linger()).isEqualTo(Duration.ZERO);
    }
}
