package io.highwater.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** How much each may keep where not everything fits. */
final class MaxMinShareTest {
    @Test
    void whatFitsIsNotLimited() {
        assertThat(MaxMinShare.level(new long[] {1, 2, 3}, 6)).isEqualTo(Long.MAX_VALUE);
        assertThat(MaxMinShare.level(new long[0], 0)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void whatSomeLeaveIsSharedByTheOthers() {
        assertThat(MaxMinShare.level(new long[] {10, 2, 10, 3}, 15)).isEqualTo(5);
    }

    @Test
    void withoutRoomNobodyIsBelowTheLevel() {
        assertThat(MaxMinShare.level(new long[] {0, 7}, -1)).isNegative();
    }

    @Property
    void cutDownToTheLevelEverythingFitsAndOneByteMoreForEachDoesNot(
            @ForAll @Size(min = 1, max = 50) long[] any, @ForAll @LongRange(min = 0) long free) {
        long[] kept = Arrays.stream(any).map(one -> Math.floorMod(one, 1_000L)).toArray();
        long room = free % (LongStream.of(kept).sum() + 1);
        long level = MaxMinShare.level(kept, room);
        assertThat(cut(kept, level)).isLessThanOrEqualTo(room);
        if (level < Long.MAX_VALUE) {
            assertThat(cut(kept, level + 1)).isGreaterThan(room);
        }
    }

    private static long cut(long[] kept, long level) {
        return LongStream.of(kept).map(one -> Math.min(one, level)).sum();
    }
}
