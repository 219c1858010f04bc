package io.highwater.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FiguresTest {
    private static Figures of(double value) {
        return new Figures(Map.of("cpuMicros", value));
    }

    @Test
    void theMedianIsTheMiddleOne() {
        assertThat(Figures.median(List.of(of(9), of(1), of(2)))).isEqualTo(of(2));
    }

    @Test
    void theMedianOfAnEvenCountIsHalfWayBetweenTheMiddleTwo() {
        assertThat(Figures.median(List.of(of(9), of(1), of(2), of(4)))).isEqualTo(of(3));
    }

    @Test
    void aRatioToZeroIsLeftOut() {
        Figures ratio =
                new Figures(Map.of("a", 6.0, "b", 1.0))
                        .over(new Figures(Map.of("a", 4.0, "b", 0.0)));

        assertThat(ratio.byName()).isEqualTo(Map.of("a", 1.5));
    }

    @Test
    void fiveDigitsArePrintedAndNoExponent() {
        assertThat(Figures.rounded(1.0 / 3)).hasToString("0.33333");
        assertThat(Figures.rounded(1_234_567)).hasToString("1234600");
    }
}
