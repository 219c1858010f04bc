package io.highwater.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CpuTimeTest {
    private static final String TAIL =
            " S 1 4242 4242 0 -1 4194304 9000 0 3 0 %d %d 0 0 20 0 24 0 88 3000000 12000 1 2 3";

    @Test
    void ticksOfTenMillisecondsAreReadPastANameWithBracketsAndBlanks() {
        CpuTime cpu = CpuTime.parse("4242 (ja (v) a)" + TAIL.formatted(150, 7));

        assertThat(cpu).isEqualTo(new CpuTime(1_500_000, 70_000));
        assertThat(cpu.totalMicros()).isEqualTo(1_570_000);
    }

    @Test
    void sinceIsWhatCameInBetween() {
        CpuTime earlier = CpuTime.parse("4242 (java)" + TAIL.formatted(150, 7));
        CpuTime later = CpuTime.parse("4242 (java)" + TAIL.formatted(160, 9));

        assertThat(later.since(earlier)).isEqualTo(new CpuTime(100_000, 20_000));
    }
}
