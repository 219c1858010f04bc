package io.highwater.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.protocol.Position;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class EntryTest {
    private static Position position(long generation, long sequence) {
        return new Position("local", generation, sequence, sequence);
    }

    private static boolean follows(
            Position position, @Nullable Position previous, Position before) {
        byte[] data = {'1'};
        return new Entry("c", position, previous, "m", null, false, data, 0).follows(before);
    }

    @Test
    void anEntryFollowsTheOneBeforeItInItsGeneration() {
        assertThat(follows(position(7, 5), null, position(7, 4))).isTrue();
        assertThat(follows(position(7, 5), null, new Position("local", 7, 99, 4))).isTrue();
        assertThat(follows(position(7, 5), null, position(7, 3))).isFalse();
        assertThat(follows(position(7, 5), null, position(7, 5))).isFalse();
        assertThat(follows(position(7, 5), null, position(6, 4))).isFalse();
        assertThat(follows(position(7, 1), null, position(7, 0))).isTrue();
        assertThat(follows(position(7, 1), null, position(7, Long.MAX_VALUE))).isFalse();
    }

    @Test
    void theFirstEntryOfAGenerationFollowsThePreviousPosition() {
        Position previous = position(5, 3);
        assertThat(follows(position(7, 1), previous, previous)).isTrue();
        assertThat(follows(position(7, 1), previous, new Position("local", 5, 99, 3))).isTrue();
        assertThat(follows(position(7, 1), previous, position(7, 0))).isTrue();
        assertThat(follows(position(7, 1), previous, position(5, 2))).isFalse();
        assertThat(follows(position(7, 1), previous, position(6, 0))).isFalse();
        assertThat(follows(position(7, 1), null, position(5, 3))).isFalse();
    }

    @Test
    void anEntryAfterRepeatsFollowsThePositionBeforeThemToo() {
        assertThat(follows(position(7, 4), position(5, 3), position(5, 3))).isTrue();
        assertThat(follows(position(7, 4), position(7, 1), position(7, 1))).isTrue();
        assertThat(follows(position(7, 4), position(7, 1), position(7, 3))).isTrue();
        assertThat(follows(position(7, 4), position(7, 1), position(7, 2))).isFalse();
    }
}
