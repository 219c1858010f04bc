package io.highwater.wire.jetty.h2;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WindowCreditTest {
    private final WindowCredit credit = new WindowCredit();

    @Test
    void eachFrameThatWasSentMayBeGivenBackTwice() {
        int first = taken(0);
        credit.add(10);
        assertThat(taken(0)).isEqualTo(20);
        assertThat(taken(1)).isEqualTo(4);
        assertThat(first).isEqualTo(100);
    }

    @Test
    void whatWasNotUsedIsNotSavedUp() {
        credit.add(1_000_000);
        assertThat(taken(0)).isBetween(9_000, 10_001);
    }

    private int taken(long streams) {
        int taken = 0;
        while (taken < 100_000 && credit.take(streams)) {
            taken++;
        }
        return taken;
    }
}
